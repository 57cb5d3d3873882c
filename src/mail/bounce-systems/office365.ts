/** Microsoft 365: a designed page for people, the status below it. */
import type { BounceSystem } from './bounce-system.ts'

export const office365: BounceSystem = {
  name: 'Microsoft 365',
  marks: 'original message details | office 365',
  statements: "couldn't be delivered | wasn't delivered | was rejected | wasn't found at",
  original: 'original message details',
}
