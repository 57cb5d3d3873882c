/** Persian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const persian: MailLanguage = {
  code: 'fa',
  wrote: 'نوشت',
  on: 'در',
  labels: {
    from: 'فرستنده | از',
    date: 'تاریخ | ارسال شده',
    to: 'به | گیرنده',
    cc: 'رونوشت',
    subject: 'موضوع',
  },
  originalMessage: 'پیام اصلی',
  // Compared without the zero-width non-joiner.
  forwardedMessage: 'پیام ارسالشده | پیام ارسال شده | پیام هدایتشده',
  sentFrom: 'ارسال شده از',
  automatic: {
    subjects: 'پاسخ خودکار',
  },
}
