/** Slovak: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const slovak: MailLanguage = {
  code: 'sk',
  wrote: 'napísal | napísala | je napisal',
  on: 'dňa',
  labels: {
    from: 'od | odosielateľ',
    date: 'dátum | odoslané | dátum odoslania',
    to: 'komu | pre | príjemca',
    cc: 'kópia',
    subject: 'predmet',
  },
  originalMessage: 'pôvodná správa',
  forwardedMessage: 'preposlaná správa | preposlaný | začiatok preposlanej správy',
  sentFrom: 'odoslané z',
  replyPrefixes: 'odp',
  forwardPrefixes: 'preposl | préposlané',
  automatic: {
    subjects: 'automatická odpoveď',
  },
  letters: 'ľĺŕ',
  commonWords: 'a sa že je na to v s ale ďakujem prosím dobrý deň som ako alebo mám pre by',
}
