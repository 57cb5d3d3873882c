/** Chinese: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const chinese: MailLanguage = {
  code: 'zh',
  wrote: '写道 | 寫道 | 来信',
  on: '在 | 于 | 於',
  labels: {
    from: '发件人 | 寄件者 | 寄件人 | 发送人 | 发信人',
    date: '日期 | 发送时间 | 发送日期 | 寄件日期 | 傳送日期',
    to: '收件人 | 收件者 | 收信人',
    cc: '抄送 | 副本 | 抄送人',
    subject: '主题 | 主旨 | 標題 | 主題 | 题目',
  },
  originalMessage: '原始邮件 | 原邮件 | 原始郵件',
  forwardedMessage:
    '转发的邮件 | 转发邮件 | 轉寄的郵件 | 轉寄郵件 | 轉寄的信件 | 轉寄信件 | 转发邮件信息',
  sentFrom: '发自我的 | 从我的 | 發自我的 | 傳送自我的',
  replyPrefixes: '回复 | 回覆 | 答复',
  forwardPrefixes: '转发 | 轉寄',
  automatic: {
    subjects: '自动回复 | 自動回覆 | 自动答复',
    inText: '自动回复',
  },
}
