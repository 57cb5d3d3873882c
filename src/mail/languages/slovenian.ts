/** Slovenian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const slovenian: MailLanguage = {
  code: 'sl',
  wrote: 'je napisal | je napisala | je napisal/-a',
  on: 'dne',
  labels: {
    from: 'od | pošiljateľ | pošiljatelj',
    date: 'datum | poslano | poslané',
    to: 'za | prejemnik',
    cc: 'kp | kopija',
    subject: 'zadeva',
  },
  originalMessage: 'izvirno sporočilo',
  forwardedMessage: 'posredovano sporočilo',
  sentFrom: 'poslano iz',
  replyPrefixes: 'odg',
  forwardPrefixes: 'posr',
  automatic: {
    subjects: 'samodejni odgovor',
  },
  letters: 'č',
  commonWords: `
    in je da se na ni za ki sem so hvala prosim dober dan kako ampak imam moj biti
  `,
}
