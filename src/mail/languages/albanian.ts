/** Albanian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const albanian: MailLanguage = {
  code: 'sq',
  wrote: 'shkroi',
  on: 'më | në',
  labels: {
    from: 'nga',
    date: 'data | dërguar',
    to: 'për',
    subject: 'titulli | subjekti',
  },
  originalMessage: 'mesazhi origjinal',
  forwardedMessage: 'mesazh i përcjellë',
  replyPrefixes: 'ha',
  letters: 'ë',
}
