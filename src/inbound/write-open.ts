/** Opens the ticket that was decided: the sender's, or the customer's whom an agent speaks of. */
import { addComment } from '../desk/add-comment.ts'
import type { Author, DeskContext, Said } from '../desk/context.ts'
import { tellOfForwardedCommands } from '../desk/forwarded-commands.ts'
import { openTicket, type OpenTicketInput } from '../desk/open-ticket.ts'
import type { NamedAddress } from '../mail/address.ts'
import { headerOf, type Message } from '../mail/message.ts'
import { withoutCodes } from '../mail/secret-mail.ts'
import type { Settled } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { ensureContact } from '../store/users.ts'
import { restingStatus } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import { languageWishes } from './language-wishes.ts'
import { noteLoopStopped } from './loop-stopped.ts'
import type { Decision } from './triage.ts'
import type { Understood } from './write.ts'
import { contactsOf, senderOf } from './write-people.ts'
import { isRecent, saidIn, saidInForward, wasInternal, writtenAt } from './write-said.ts'

type Opening = Decision & { do: 'open_ticket' }
type Result = Pick<Settled, 'fate' | 'ticketId' | 'commentId'>

export async function applyOpen(
  tx: Tx,
  context: DeskContext,
  understood: Understood,
  decision: Opening,
  at: Date,
): Promise<Result> {
  const { message, threading } = understood
  const opened = await wordsOf(tx, understood, decision, at)
  const { note: _note, ...words } = opened
  const requesterSource = decision.requester === 'addressee' ? 'agent' : decision.requester
  const { ticket, comment } = await openTicket(
    tx,
    context,
    {
      inboxId: understood.row.inboxId,
      ...words,
      requesterSource: words.requester === null ? 'unknown' : requesterSource,
      copied:
        decision.automatic || understood.sensitive
          ? []
          : await contactsOf(tx, understood.copied, at),
      priority: 'normal',
      category: null,
      tags: [
        ...(decision.automatic ? ['automatic'] : []),
        ...(understood.sensitive ? ['sensitive'] : []),
      ],
      ...(understood.sensitive
        ? { visibility: 'internal' as const, subject: withoutCodes(words.subject ?? '') }
        : {}),
      ...(wasInternal(understood) ? { visibility: 'internal' as const } : {}),
      fields: {},
      status: decision.imported ? restingStatus(context.lifecycle).name : null,
      followUpOf: decision.followUp ? (threading.ticket?.id ?? null) : null,
      related: threading.related,
      locale: localeFor(
        languageWishes(message, decision.requester === 'addressee' ? 'sender' : decision.requester),
        context,
      ),
      acknowledge:
        decision.acknowledge && !understood.sensitive
          ? {
              verified: understood.verified,
              suppress: understood.restraint?.detail ?? null,
              arrivedAt: understood.row.internalAt,
            }
          : null,
      mailOpening: false,
      notifyAgents: !decision.imported,
      suggested: understood.suggested,
    },
    at,
  )
  await addNotes(tx, context, { understood, decision, ticket, words: opened }, at)
  return { fate: 'ticket', ticketId: ticket.id, commentId: comment.id }
}

/** What agents have to know beside the words. */
async function addNotes(
  tx: Tx,
  context: DeskContext,
  {
    understood,
    decision,
    ticket,
    words: { note, requester },
  }: { understood: Understood; decision: Opening; ticket: Ticket; words: Words },
  at: Date,
): Promise<void> {
  const { restraint } = understood
  if (decision.acknowledge)
    await noteLoopStopped(tx, context, { ticketId: ticket.id, requester, restraint }, at)
  if (note === null) return
  await addNote(tx, context, { ...note, ticketId: ticket.id }, at)
  await tellOfCommands(tx, context, { understood, ticket }, at)
}

type Words = Pick<
  OpenTicketInput,
  'requester' | 'author' | 'said' | 'saidAt' | 'visibility' | 'subject' | 'watcher' | 'threadIndex'
> & { readonly note: { readonly author: Author; readonly said: Said } | null }

/** Whose ticket it is, and whose words are its first comment. */
async function wordsOf(
  tx: Tx,
  understood: Understood,
  { requester: kind }: Opening,
  at: Date,
): Promise<Words> {
  const { message, addressee } = understood
  const sender = await senderOf(tx, understood, at)
  const { subject, forwarded } = message
  const threadIndex = headerOf(message, 'thread-index')
  if (kind === 'addressee' && addressee !== null && sender !== null) {
    return {
      requester: await ensureContact(tx, addressee, at),
      author: { type: 'agent', user: sender },
      said: saidIn(understood),
      // He has it by mail already. Speaking in public as an agent needs proof; From is none.
      visibility: understood.proven ? 'public' : 'internal',
      subject,
      watcher: sender,
      threadIndex,
      note: null,
    }
  }
  const original = addressedOf(forwarded)
  if (kind === 'forwarded' && forwarded !== null && original !== null) {
    const requester = await ensureContact(tx, original, at)
    const { customer, note } = saidInForward(understood, forwarded)
    return {
      requester,
      author: { type: 'customer', user: requester },
      said: customer,
      saidAt: writtenAt(forwarded, at),
      subject: forwarded.subject ?? subject,
      watcher: sender,
      threadIndex: null,
      note: { author: noteAuthor(understood, sender), said: note },
    }
  }
  const requester = kind === 'unknown' ? null : sender
  return {
    requester,
    author: { type: 'customer', user: requester },
    said: saidIn(understood),
    subject,
    watcher: null,
    threadIndex,
    note: null,
  }
}

const addressedOf = (forwarded: Message['forwarded']): NamedAddress | null => {
  if (forwarded === null || forwarded.from.address === null) return null
  return { address: forwarded.from.address, name: forwarded.from.name }
}

/** Whoever wrote an agent's address into From does not get to speak as that agent. */
const noteAuthor = ({ proven }: Understood, sender: User | null): Author =>
  proven ? { type: 'agent', user: sender } : { type: 'system', user: null }

async function addNote(
  tx: Tx,
  context: DeskContext,
  { ticketId, author, said }: { ticketId: number; author: Author; said: Said },
  at: Date,
): Promise<void> {
  await addComment(
    tx,
    context,
    {
      ticketId,
      visibility: 'internal',
      author,
      said,
      moveTo: null,
      mailOut: false,
      notifyAgents: false,
      // An old forward's ticket is closed from the start.
      reopening: true,
    },
    at,
  )
}

async function tellOfCommands(
  tx: Tx,
  context: DeskContext,
  { understood, ticket }: { understood: Understood; ticket: Ticket },
  at: Date,
): Promise<void> {
  const { sender: agent, message, proven, decision } = understood
  const imported = decision.do === 'open_ticket' && decision.imported
  if (agent === null || imported || !isRecent(understood, at)) return
  const written = message.forwarded?.note ?? ''
  await tellOfForwardedCommands(tx, context, { ticket, agent, written, proven }, at)
}

/** The first language of the writer's that we speak, else his first. */
const localeFor = (wishes: readonly string[], { templates }: DeskContext): string | null =>
  wishes.find((tag) => templates.speaks(tag)) ?? wishes[0] ?? null
