/** Content filters that answer for the system they guard: amavisd-new, SpamAssassin gateways. */
import type { BounceSystem } from './bounce-system.ts'

export const amavis: BounceSystem = {
  name: 'amavisd-new',
  marks: 'amavisd-new | considered unsolicited bulk email',
  subjects: 'undeliverable mail | considered unsolicited',
  statements: 'mail could not | was rejected | permanent fatal errors',
  original: 'returned message | failed message follows',
}
