/** What mail systems say that are not known by name: small providers, old servers, scripts. */
import type { BounceSystem } from './bounce-system.ts'

export const other: BounceSystem = {
  name: 'Mail system',
  subjects: `
    delivery status | delivery problem | could not be delivered | delivery unsuccessful |
    non-delivery | nondeliver | not delivered | mail could not be | message could not be |
    delivery error | unable to deliver | mail delivery | problem delivering | service message
  `,
  statements: `
    could not be delivered | cannot be delivered | not been delivered | unable to deliver |
    undeliverable | undelivered | delivery failed | mail delivery failed | returned mail |
    unsuccessful | non-delivery | bounced | mailbox is full | mailbox unavailable | no valid
    recipients | was not found | can't be sent | mail could not
  `,
  original: `
    original message follows | message headers follow | copy of your message | text of original |
    header of the message | headers of the message | unsent message | your original message
  `,
}
