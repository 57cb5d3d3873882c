/** Basque: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const basque: MailLanguage = {
  code: 'eu',
  wrote: 'idatzi',
  labels: {
    from: 'nork | igorlea',
    date: 'data | bidalia',
    to: 'nori | hartzailea',
    subject: 'gaia',
  },
  originalMessage: 'jatorrizko mezua',
  forwardedMessage: 'birbidalitako mezua',
}
