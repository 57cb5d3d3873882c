/** Japanese: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const japanese: MailLanguage = {
  code: 'ja',
  wrote: 'のメッセージ | のメール | さんは書きました | が書き込みました | さんが書いた',
  labels: {
    from: '差出人 | 送信者 | 送信元',
    date: '日付 | 送信日時 | 送信日 | 日時',
    to: '宛先 | 送信先',
    cc: '写し',
    subject: '件名 | 題名',
  },
  originalMessage: '元のメッセージ | オリジナルメッセージ',
  forwardedMessage: '転送されたメッセージ | 転送メッセージ | 転送ここから | メッセージを転送',
  sentFrom: 'iphoneから送信 | 私の | iphone から送信',
  replyPrefixes: '返信',
  forwardPrefixes: '転送',
  automatic: {
    subjects: '自動返信 | 自動応答 | 不在通知',
    sayings: '不在',
    inText: '不在にして | 自動返信',
  },
  courtesy: {
    thanks: `ありがとうございます | ありがとうございました | 有難うございます | 有難うございました | ありがとう | 感謝いたします | 感謝します | どうもありがとう`,
    filling: `どうも | ご対応 | ご返信 | ご回答 | 迅速な | 早速の | いただき | 頂き | 大変 | 誠に | お世話になっております | お世話になります |
      よろしくお願いいたします | よろしくお願いします | 宜しくお願いいたします | 解決しました | 了解しました | 承知しました | 承知いたしました | 助かりました |
      の | を | に | は | です | 、 | 。`,
    greetings: `担当者様`,
  },
}
