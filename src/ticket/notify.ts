/** Who hears of what, and when silence is better. */
import { unreachable } from '../errors.ts'

/** No automatic mail ever answers mail older than this. */
export const ANSWER_AGE_MAX_MS = 24 * 3_600_000

export type NoticeLevel = 'all' | 'mine_unassigned' | 'mine' | 'digest' | 'off'

export interface Concern {
  /** Is he the assignee? */
  readonly mine: boolean
  readonly assigned: boolean
  readonly watching: boolean
}

/** Does an agent want to hear about a customer's message on this ticket? */
export function wantsNotice(level: NoticeLevel, { mine, assigned, watching }: Concern): boolean {
  switch (level) {
    case 'all':
      return true
    case 'mine_unassigned':
      return mine || watching || !assigned
    case 'mine':
      return mine || watching
    case 'digest':
    case 'off':
      return false
    default:
      return unreachable(level)
  }
}
