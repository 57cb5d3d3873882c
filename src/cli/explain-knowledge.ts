/** What a configuration adds to an explanation: who we are, and which reply tokens are genuine. */
import { decide } from '../inbound/decide.ts'
import type { ExplainedContext } from '../inbound/explanation.ts'
import type { Parsed } from '../inbound/parse.ts'
import { hintsOf } from '../inbound/thread.ts'
import { loadLifecycle } from '../lifecycles.ts'
import { splitSubaddress } from '../mail/address.ts'
import type { Message } from '../mail/message.ts'
import type { InboundMessage } from '../store/inbound-messages.ts'
import { readCommands } from '../ticket/commands.ts'
import { findStatus, type Lifecycle } from '../ticket/lifecycle.ts'
import { type Inbox, ownAddresses } from '../ticket/inbox.ts'
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
    contextOf: ({ message }) => ({ commands: commandsIn(message, lifecycle) }),
  }
}

/** What the desk would make of it, arriving now; nothing is written. No inbox: nothing to be asked. */
async function askDesk(
  { store, context, inboxes }: Workplace,
  { message, attachments }: Parsed,
): Promise<Pick<ExplainedContext, 'threading' | 'decision'>> {
  const inbox = inboxes.find((one) => isTo(message, one)) ?? inboxes[0]
  if (inbox === undefined) return {}
  const at = new Date()
  const arrived = {
    row: { ...NOT_STORED, inboxId: inbox.id, messageId: message.messageId, receivedAt: at },
    inbox,
    message,
    attachments: attachments.map(({ content: _bytes, ...attachment }) => attachment),
    unreadable: false,
  }
  const { threading, decision, proven } = await decide(store.read, context, arrived, at)
  const { trust, evidence } = threading
  return {
    threading: evidence,
    decision: { do: decision.do, because: decision.because, trust, proven },
  }
}

const isTo = ({ to, cc }: Message, inbox: Inbox): boolean => {
  const own = ownAddresses([inbox])
  return [...to, ...cc].some(({ address }) => own.has(splitSubaddress(address).base))
}

/** In the place of a ledger row: it has none. */
const NOT_STORED: InboundMessage = {
  id: 0,
  inboxId: 0,
  folder: '',
  uidValidity: 0,
  uid: 0,
  sha256: null,
  size: 0,
  messageId: null,
  bodyHash: null,
  internalAt: null,
  receivedAt: new Date(0),
  fate: 'pending',
  verdict: null,
  reasons: [],
  evidence: {},
  sender: null,
  ticketId: null,
  commentId: null,
  duplicateOf: null,
  attempts: 0,
  failures: 0,
  release: null,
}

export function explainKnowledge(workplace: Workplace): ExplainKnowledge {
  const { context, inboxes } = workplace
  const own = ownAddresses(inboxes)
  return {
    own: {
      addresses: [...own],
      loopMarker: context.loopMarker,
      authservId: inboxes.find(({ authservId }) => authservId !== null)?.authservId ?? null,
    },
    contextOf: async (parsed) => {
      const { message } = parsed
      const { tokens } = hintsOf(message, own, (token) => context.tokens.verify(token))
      const commands = commandsIn(message, context.lifecycle)
      const asked = await askDesk(workplace, parsed)
      return { replyToken: tokens[0]?.token ?? null, commands, ...asked }
    },
  }
}
