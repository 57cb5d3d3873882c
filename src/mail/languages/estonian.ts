/** Estonian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const estonian: MailLanguage = {
  code: 'et',
  wrote: 'kirjutas',
  on: 'kuupäeval',
  labels: {
    from: 'saatja',
    date: 'saadetud | kuupäev | saatmise kuupäev | saatmisaeg',
    to: 'saaja | kellele',
    cc: 'koopia',
    subject: 'teema',
  },
  originalMessage: 'algne kiri',
  forwardedMessage: 'edastatud kiri | edastatud sõnum',
  sentFrom: 'saadetud minu',
  forwardPrefixes: 'edasi',
  automatic: {
    subjects: 'automaatvastus',
  },
  letters: 'õ',
  commonWords: 'ja on ei et see ma mis aga kui tere palun tänan saab oli seda meie või',
}
