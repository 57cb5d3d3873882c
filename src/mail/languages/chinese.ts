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
  courtesy: {
    thanks: `谢谢 | 多谢 | 感谢 | 非常感谢 | 十分感谢 | 谢谢您 | 谢谢你 | 謝謝 | 感謝`,
    filling: `您的帮助 | 你的帮助 | 的帮助 | 您的回复 | 的回复 | 您 | 你 | 你们 | 了 | 非常 | 好的 | 好 | 收到 | 已解决 | 可以了 | 祝好 | 此致 |
      敬礼 | 你好 | 您好 | 麻烦了 | 辛苦了 | 大家 | ！ | 。`,
    greetings: `你好`,
  },
}
