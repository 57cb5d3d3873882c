/** Lotus Notes and HCL Domino. */
import type { BounceSystem } from './bounce-system.ts'

export const domino: BounceSystem = {
  name: 'HCL Domino',
  marks: 'your document',
  subjects: 'delivery failure',
  statements: 'was not delivered',
}
