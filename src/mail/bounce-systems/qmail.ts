/** qmail: <address>: and a sentence for each recipient, in the QSBMF form. */
import type { BounceSystem } from './bounce-system.ts'

export const qmail: BounceSystem = {
  name: 'qmail',
  marks: "this is the qmail-send program | i'm afraid i wasn't able to deliver",
  subjects: 'failure notice',
  statements: `
    i wasn't able to deliver | i'm afraid i wasn't able | this is a permanent error; i've given up
  `,
  original: 'below this line is a copy | below this line is the | --- below this line',
}
