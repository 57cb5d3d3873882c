/** Bulgarian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const bulgarian: MailLanguage = {
  code: 'bg',
  wrote: 'написа | пише',
  on: 'на',
  labels: {
    from: 'от | изпращач | подател | отправител',
    date: 'дата | изпратено',
    to: 'до | получател',
    cc: 'копие',
    subject: 'относно | тема',
  },
  originalMessage: 'оригинално съобщение',
  forwardedMessage: 'препратено съобщение',
  sentFrom: 'изпратено от',
  replyPrefixes: 'отг',
  forwardPrefixes: 'препр',
  automatic: {
    subjects: 'автоматичен отговор',
  },
  letters: 'ъщ',
  commonWords: `
    и в не на че аз с това как по но вие ние за от да се съм благодаря здравейте моля добър ден има
  `,
}
