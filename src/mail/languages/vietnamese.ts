/** Vietnamese: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const vietnamese: MailLanguage = {
  code: 'vi',
  wrote: 'đã viết',
  on: 'vào',
  labels: {
    from: 'từ | người gửi',
    date: 'ngày | đã gửi',
    to: 'tới | đến',
    subject: 'chủ đề | tiêu đề',
  },
  originalMessage: 'thư gốc',
  forwardedMessage: 'thư đã chuyển tiếp',
  sentFrom: 'đã gửi từ',
  automatic: {
    subjects: 'trả lời tự động',
  },
  letters: 'ơưđạả',
  commonWords: 'và là của có không tôi cho được với này các xin chào cảm ơn bạn một những',
}
