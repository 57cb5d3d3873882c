/** CommuniGate Pro, Courier, X3, X5 and other Unix mail servers. */
import type { BounceSystem } from './bounce-system.ts'

export const communigate: BounceSystem = {
  name: 'CommuniGate Pro',
  marks: 'communigate | courier mail server',
  subjects: 'delivery failed | notice: mail delivery status',
  statements: `
    not been delivered | failed to deliver | host not found | had delivery problems
  `,
  original: `
    first few lines | message contents follow | the headers of the original | copy of the original
  `,
}
