/** Turkish: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const turkish: MailLanguage = {
  code: 'tr',
  wrote: 'yazdı | şunları yazdı | şunu yazdı',
  on: 'tarih',
  days: 'paz | pzt | sal | çar | per | cum | cmt',
  labels: {
    from: 'kimden | gönderen | kimden gelen',
    date: 'tarih | gönderildi | gönderme tarihi | gönderim tarihi | gönderilen',
    to: 'kime | alıcı | alıcılar',
    cc: 'bilgi | karbon kopya',
    subject: 'konu',
  },
  originalMessage: 'orijinal mesaj | özgün ileti',
  forwardedMessage: `
    iletilen mesaj | iletilmiş mesaj | iletilen ileti | yönlendirilen | iletilmiş mesajın
    başlangıcı | ileti başlangıcı
  `,
  forwardedEnd: 'iletilen ileti sonu',
  sentFrom: "iphone'umdan gönderildi | iphone’umdan gönderildi",
  replyPrefixes: 'ynt | yan',
  forwardPrefixes: 'ilt',
  automatic: {
    subjects: 'otomatik yanıt | ofis dışında',
  },
  bounce: {
    subjects: 'teslim edilemedi',
    statements: 'teslim edilemedi',
  },
  letters: 'ğış',
  commonWords: `
    ve bir bu için değil ben merhaba teşekkürler ile var yok çok ama nasıl lütfen mi
  `,
  courtesy: {
    thanks: `teşekkürler | teşekkür ederim | teşekkür ederiz | çok teşekkürler | çok teşekkür ederim |
      sağ olun | sağolun | sağ ol`,
    filling: `yardımınız için | yanıtınız için | hızlı yanıtınız için | ilginiz için | ve | tamam |
      harika | süper | çalışıyor | iyi günler | iyi çalışmalar | saygılarımla | selamlar`,
    greetings: `merhaba | selam | sayın`,
  },
}
