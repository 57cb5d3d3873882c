/** Thai: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const thai: MailLanguage = {
  code: 'th',
  wrote: 'เขียนว่า',
  labels: {
    from: 'จาก | ผู้ส่ง',
    date: 'วันที่ | ส่ง',
    to: 'ถึง | người nhận',
    cc: 'สำเนา',
    subject: 'เรื่อง',
  },
  originalMessage: 'ข้อความต้นฉบับ',
  forwardedMessage: 'ข้อความที่ส่งต่อ',
}
