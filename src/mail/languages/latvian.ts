/** Latvian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const latvian: MailLanguage = {
  code: 'lv',
  wrote: 'rakstīja',
  labels: {
    from: 'no | sūtītājs',
    date: 'datums | nosūtīts',
    to: 'kam | kam: | adresāts',
    cc: 'kopija',
    subject: 'temats | tema',
  },
  originalMessage: 'sākotnējais ziņojums',
  forwardedMessage: 'pārsūtīta',
  replyPrefixes: 'atb',
  automatic: {
    subjects: 'automātiskā atbilde',
  },
  letters: 'āēīļņķ',
  commonWords: 'un ir nav ka par ar no uz paldies lūdzu labdien es mēs bet kā vai',
}
