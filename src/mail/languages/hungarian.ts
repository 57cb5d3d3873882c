/** Hungarian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const hungarian: MailLanguage = {
  code: 'hu',
  wrote: 'írta | ezt írta',
  on: 'a',
  labels: {
    from: 'feladó',
    date: 'dátum | elküldve | küldés dátuma | küldve',
    to: 'címzett',
    cc: 'másolat | másolatot kap',
    subject: 'tárgy',
  },
  originalMessage: 'eredeti üzenet',
  forwardedMessage: 'továbbított üzenet | továbbított levél | a továbbított levél kezdete',
  sentFrom: 'elküldve | az iphone-omról | iphone-omról',
  replyPrefixes: 'vá',
  forwardPrefixes: 'fww | továbbítás | továbbítva',
  automatic: {
    subjects: 'automatikus válasz | házon kívül',
  },
  bounce: {
    subjects: 'kézbesíthetetlen',
    statements: 'nem sikerült kézbesíteni | nem kézbesíthető',
  },
  letters: 'őű',
  commonWords: 'és a az hogy nem is egy van köszönöm kérem vagyok meg csak de ha',
  courtesy: {
    thanks: `köszönöm | köszönjük | köszi | nagyon köszönöm | köszönöm szépen`,
    filling: `a segítséget | a választ | a gyors választ | és | rendben | szuper | tökéletes | ok |
      működik | már működik | üdvözlettel | tisztelettel | szép napot | még egyszer`,
    greetings: `szia | jó napot | tisztelt`,
  },
}
