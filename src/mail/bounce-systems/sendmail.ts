/** Sendmail and its descendants: a transcript of the SMTP dialogue, then the original. */
import type { BounceSystem } from './bounce-system.ts'

export const sendmail: BounceSystem = {
  name: 'Sendmail',
  marks: 'transcript of session follows',
  subjects: 'returned mail | postmaster notify | could not send message',
  statements: `
    transcript of session follows | had permanent | had fatal errors | permanent fatal error |
    delivery errors | <<< 5
  `,
  original: `
    ----- original message | ----- message header | unsent message below | unsent message follows
    | message header follows | returned message follows
  `,
}
