/** What a configuration adds to an explanation: who we are, and which reply tokens are genuine. */
import { hintsOf } from '../inbound/thread.ts'
import { loadLifecycle } from '../lifecycles.ts'
import type { Message } from '../mail/message.ts'
import { readCommands } from '../ticket/commands.ts'
import { findStatus, type Lifecycle } from '../ticket/lifecycle.ts'
import { ownAddresses } from '../ticket/inbox.ts'
import type { Workplace } from '../workplace.ts'
import type { ExplainKnowledge } from './explain.ts'

/** The commands in it, as an agent's mail would have them: whose mail it is, only a desk knows. */
const commandsIn = ({ text }: Message, lifecycle: Lifecycle): readonly string[] =>
  readCommands(text.reply, (word) => findStatus(lifecycle, word) !== null).written

/** Without a configuration nobody's authentication results are believed. */
export function plainKnowledge(): ExplainKnowledge {
  const lifecycle = loadLifecycle('default')
  return {
    own: { addresses: [], loopMarker: null, authservId: null },
    contextOf: (message) => ({ commands: commandsIn(message, lifecycle) }),
  }
}

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
      const commands = commandsIn(message, context.lifecycle)
      return { replyToken: tokens[0]?.token ?? null, commands }
    },
  }
}
