/** Catalan: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const catalan: MailLanguage = {
  code: 'ca',
  wrote: 'ha escrit | va escriure | missatge de',
  on: 'el',
  labels: {
    from: 'de | remitent',
    date: 'data | enviat',
    to: 'per a | destinatari | destinataris',
    cc: 'còpia',
    subject: 'assumpte',
  },
  originalMessage: 'missatge original',
  forwardedMessage: 'missatge reenviat',
  forwardedEnd: 'fi del missatge reenviat',
  sentFrom: 'enviat des de',
  automatic: {
    subjects: 'resposta automàtica',
  },
  bounce: {
    subjects: "no s'ha pogut lliurar",
    statements: "no s'ha pogut lliurar",
  },
  letters: '·ç',
  commonWords: 'el els les i és no que per amb una està gràcies hola però com pot del al meu',
}
