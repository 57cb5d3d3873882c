/** Indonesian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const indonesian: MailLanguage = {
  code: 'id',
  wrote: 'menulis',
  on: 'pada',
  labels: {
    from: 'dari',
    date: 'tanggal | dikirim',
    to: 'kepada',
    cc: 'tembusan',
    subject: 'subjek | perihal',
  },
  originalMessage: 'pesan asli',
  forwardedMessage: 'pesan terusan | pesan yang diteruskan',
  sentFrom: 'dikirim dari',
  replyPrefixes: 'bls',
  forwardPrefixes: 'trs',
  automatic: {
    subjects: 'balasan otomatis',
  },
  commonWords: `
    dan yang di ini itu saya tidak untuk dengan dari ke terima kasih bisa ada sudah akan mohon
  `,
}
