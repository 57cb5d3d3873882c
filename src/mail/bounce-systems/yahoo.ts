/** Yahoo Mail. */
import type { BounceSystem } from './bounce-system.ts'

export const yahoo: BounceSystem = {
  name: 'Yahoo Mail',
  marks: 'sorry, we were unable to deliver your message',
  subjects: 'failure notice',
  statements: 'unable to deliver | remote host said',
  original: '--- original | below this line is a copy',
}
