/** fml, Mailman, Majordomo and ezmlm when they refuse a mail. */
import type { BounceSystem } from './bounce-system.ts'

export const mailLists: BounceSystem = {
  name: 'Mailing list manager',
  subjects: 'loop alert | bounce',
  statements: 'mail could not | bounced',
  original: 'original mail as follows | original message text | original text',
}
