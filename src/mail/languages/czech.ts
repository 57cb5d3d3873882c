/** Czech: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const czech: MailLanguage = {
  code: 'cs',
  wrote: 'napsal | napsala | píše',
  on: 'dne | v',
  days: 'po_ | út_ | st_ | čt_ | pá_ | so_ | ne_',
  labels: {
    from: 'od | odesílatel | odesílatel zprávy',
    date: 'datum | odesláno | datum odesílání',
    to: 'komu | pro | příjemce',
    cc: 'kopie | kopie pro',
    subject: 'předmět',
    reply: 'odpověď',
  },
  originalMessage: 'původní zpráva | původní e-mail',
  forwardedMessage: `
    přeposlaná zpráva | přeposlaný | začátek přeposílané zprávy | začátek přeposlané zprávy
    | zpráva přeposlaná od
  `,
  forwardedEnd: 'konec přeposlané zprávy',
  sentFrom: 'odesláno z | odesláno',
  replyPrefixes: 'odpověď',
  forwardPrefixes: 'přep',
  automatic: {
    subjects: 'automatická odpověď',
    sayings: 'mimo kancelář',
  },
  bounce: {
    subjects: 'nedoručen | nedoručiteln',
    statements: 'nebyla doručena | nelze doručit',
  },
  letters: 'řěů',
  commonWords: 'a se že je na to v s ale děkuji prosím dobrý den jsem jak nebo mám pro by',
  courtesy: {
    thanks: `děkuji | děkuju | díky | děkujeme | moc děkuji | mockrát děkuji | děkuji mnohokrát |
      mnohokrát děkuji`,
    filling: `za pomoc | za odpověď | za rychlou odpověď | za informaci | a | super | výborně | ok |
      dobře | v pořádku | funguje | už to funguje | s pozdravem | hezký den | přeji hezký den |
      ještě jednou`,
    greetings: `dobrý den | ahoj | vážený pane`,
  },
}
