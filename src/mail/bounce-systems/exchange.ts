/** Microsoft Exchange 5.5 to 2019 and Outlook's own reports about it. */
import type { BounceSystem } from './bounce-system.ts'

export const exchange: BounceSystem = {
  name: 'Microsoft Exchange',
  marks: `
    did not reach some or all of the intended recipients |
    diagnostic information for administrators
  `,
  subjects: 'undeliver | delivery has failed | delivery status notification',
  statements: `
    did not reach | following recipient | delivery has failed | the following address
  `,
  original: 'original message header | original headers',
}
