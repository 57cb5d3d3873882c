/** What a configuration adds to an explanation: who we are, and which reply tokens are genuine. */
import { hintsOf } from '../inbound/thread.ts'
import { ownAddresses } from '../ticket/inbox.ts'
import type { Workplace } from '../workplace.ts'
import type { ExplainKnowledge } from './explain.ts'

export function explainKnowledge({ context, inboxes }: Workplace): ExplainKnowledge {
  const own = ownAddresses(inboxes)
  return {
    own: {
      addresses: [...own],
      loopMarker: context.loopMarker,
      authservId: inboxes.find(({ authservId }) => authservId !== null)?.authservId ?? null,
    },
    contextOf: (message) => {
      const { tokens } = hintsOf(message, own, (token) => context.tokens.verify(token))
      return { replyToken: tokens[0]?.token ?? null }
    },
  }
}
