/** Novell GroupWise. */
import type { BounceSystem } from './bounce-system.ts'

export const groupwise: BounceSystem = {
  name: 'GroupWise',
  marks: 'groupwise',
  subjects: 'message status | mail message undeliverable',
  statements: 'undeliverable',
}
