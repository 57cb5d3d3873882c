/** Hindi: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const hindi: MailLanguage = {
  code: 'hi',
  wrote: 'ने लिखा',
  labels: {
    from: 'प्रेषक',
    date: 'दिनांक',
    to: 'प्रति',
    subject: 'विषय',
  },
}
