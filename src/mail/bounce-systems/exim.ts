/** Exim: the addresses indented below a sentence, X-Failed-Recipients in the header. */
import type { BounceSystem } from './bounce-system.ts'

export const exim: BounceSystem = {
  name: 'Exim',
  marks: 'created automatically by mail delivery software',
  subjects: 'mail delivery failed | returning message to sender | warning: message',
  statements: `
    address(es) failed | permanent error | returning message to sender | unrouteable
  `,
  original: 'this is a copy of the message | this is a copy of your message',
}
