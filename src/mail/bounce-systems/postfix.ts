/** Postfix, where its report is only text or was forwarded as such. */
import type { BounceSystem } from './bounce-system.ts'

export const postfix: BounceSystem = {
  name: 'Postfix',
  marks: 'this is the mail system at host | this is the postfix program',
  subjects: 'undelivered mail | returned to sender',
  statements: `
    could not be delivered to one or more recipients | said: 5 | returned to sender
  `,
  original: 'undelivered message',
}
