/** Ipswitch IMail and its SMTP32 deliverer. */
import type { BounceSystem } from './bounce-system.ts'

export const imail: BounceSystem = {
  name: 'IMail',
  marks: 'undeliverable to',
  subjects: 'undeliverable mail',
  statements: 'undeliverable to | unknown user | unknown host',
  original: 'original message follows',
}
