/** Filters and gateways in front of a mail server: MailMarshal, SurfControl, InterScan, McAfee, Trend Micro, Barracuda. */
import type { BounceSystem } from './bounce-system.ts'

export const mailGateways: BounceSystem = {
  name: 'Mail gateway',
  marks: 'mailmarshal | interscan | surfcontrol | symantec | mcafee | barracuda',
  subjects: 'rejected | delivery report | error sending | undeliverable mail',
  statements: `
    message delivery failed | were rejected | could not deliver | rcpt to: | reason: | not deliver
    | unsuccessful | bounced
  `,
  original: `
    returned mail follows | original mail as follows | begin of returned | your message reads |
    ------ begin
  `,
}
