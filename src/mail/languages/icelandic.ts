/** Icelandic: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const icelandic: MailLanguage = {
  code: 'is',
  wrote: 'skrifaði | skrifar',
  on: 'þann',
  labels: {
    from: 'frá | sendandi',
    date: 'dagsetning | dags | sent',
    to: 'til | viðtakandi',
    cc: 'afrit',
    subject: 'efni',
  },
  originalMessage: 'upprunaleg skilaboð | upprunalegt skeyti',
  forwardedMessage: 'framsend skilaboð | áframsend skilaboð | birtuð',
  replyPrefixes: 'sv',
  forwardPrefixes: 'fs',
  letters: 'þð',
  commonWords: 'og að það er ekki ég en fyrir með sem á af hef takk við til um þetta',
}
