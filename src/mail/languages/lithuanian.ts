/** Lithuanian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const lithuanian: MailLanguage = {
  code: 'lt',
  wrote: 'rašė | parašė',
  labels: {
    from: 'nuo | siuntėjas',
    date: 'data | išsiųsta',
    to: 'kam | gavėjas',
    cc: 'kopija',
    subject: 'tema',
  },
  originalMessage: 'originalus laiškas | pradinis pranešimas',
  forwardedMessage: 'persiunčiam | persiųstas',
  replyPrefixes: 'ats',
  automatic: {
    subjects: 'automatinis atsakymas',
  },
  letters: 'ėįųū',
  commonWords: 'ir yra ne kad su apie dėl iš ačiū prašau laba diena aš mes bet kaip ar',
}
