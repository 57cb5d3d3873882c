/** Netscape, iPlanet, Sun and Oracle Messaging Server (PMDF). */
import type { BounceSystem } from './bounce-system.ts'

export const messagingServer: BounceSystem = {
  name: 'Oracle Messaging Server',
  marks: 'this report relates to a message you sent',
  subjects: 'delivery notification',
  statements: `
    delivery notification | cannot be delivered | can not be delivered | your message did not
    reach
  `,
  original: 'received message follows | the header of the original | your original message',
}
