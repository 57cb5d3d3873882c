/** Gmail and Google Workspace, old and new; also Google Groups. */
import type { BounceSystem } from './bounce-system.ts'

export const gmail: BounceSystem = {
  name: 'Gmail',
  marks: `
    technical details of permanent failure |
    technical details of temporary failure |
    delivery to the following recipient failed permanently |
    ** address not found **
  `,
  subjects: 'delivery status notification | message not delivered',
  statements: `
    delivery to the following | failed permanently | wasn't delivered | message blocked | couldn't
    be found
  `,
  original: '----- original message',
}
