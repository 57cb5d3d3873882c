/** QQ, NetEase (163, 126), Sina. */
import type { BounceSystem } from './bounce-system.ts'

export const chineseProviders: BounceSystem = {
  name: 'Chinese provider',
  subjects: '退信 | 退回 | 无法投递 | 邮件传输失败',
  statements: '退信 | 无法投递 | 无法发送 | 传输失败 | 投递失败 | 发送失败 | 無法投遞',
}
