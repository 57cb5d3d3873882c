/** KDDI and au (ezweb), NTT DoCoMo, SoftBank, BIGLOBE, Nifty. */
import type { BounceSystem } from './bounce-system.ts'

export const japaneseCarriers: BounceSystem = {
  name: 'Japanese mobile carrier',
  marks: 'each of the following recipients was rejected by a remote mail server',
  subjects:
    'mail system error | user unknown | 配信不能 | 配信エラー | 送信できません | エラーメール',
  statements: `
    each of the following | rejected by | mailbox is full | user unknown | no such user | the
    user(s) account is | 送信できません | 見つかりません | 配信できません | 配送できません | 発信できません
  `,
  original: 'received message follows | message text follows',
}
