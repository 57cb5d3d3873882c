/** Arabic: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const arabic: MailLanguage = {
  code: 'ar',
  wrote: 'كتب | كتبت',
  on: 'في | بتاريخ',
  labels: {
    from: 'من | المرسل',
    date: 'تاريخ | التاريخ | تم الإرسال | أرسلت | تاريخ الإرسال',
    to: 'إلى',
    cc: 'نسخة',
    subject: 'الموضوع | موضوع',
  },
  originalMessage: 'الرسالة الأصلية',
  forwardedMessage: 'رسالة معاد توجيهها | رسالة موجهة',
  sentFrom: 'أُرسلت من | أرسلت من | أرسل من',
  replyPrefixes: 'رد',
  forwardPrefixes: 'إعادة توجيه',
  automatic: {
    subjects: 'رد تلقائي',
  },
  courtesy: {
    thanks: `شكرا | شكرًا | شكراً | شكرا جزيلا | شكرًا جزيلاً | شكرا لك | شكرا لكم | أشكركم |
      جزيل الشكر | جزاك الله خيرا`,
    filling: `على المساعدة | على مساعدتكم | على الرد | على ردكم | على سرعة الرد | ممتاز | تمام | حسنا |
      رائع | مع التحية | تحياتي | يوم سعيد | و`,
    greetings: `مرحبا | السلام عليكم | أهلا`,
  },
}
