/** Galician: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const galician: MailLanguage = {
  code: 'gl',
  wrote: 'escribiu',
  on: 'o',
  labels: {
    from: 'de | remitente',
    date: 'data | enviado',
    to: 'para',
    subject: 'asunto',
  },
  originalMessage: 'mensaxe orixinal',
  forwardedMessage: 'mensaxe reenviada',
}
