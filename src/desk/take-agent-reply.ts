/**
 * An agent's mail to a ticket: commands at its top or end, and what is left as the answer. All of
 * it happens, or nothing; either way the agent is told.
 */
import { addComment } from './add-comment.ts'
import { answerHeld } from './answer-held.ts'
import { type DeskContext, type Said, saidByApi } from './context.ts'
import { holdReply } from './hold-reply.ts'
import { receipt } from './receipt.ts'
import { runCommands } from './run-commands.ts'
import { AppError } from '../errors.ts'
import { mailNotDone } from '../outbound/command-mail.ts'
import { latestAnswerOfOther } from '../store/comments.ts'
import { inSavepoint } from '../store/group-commit.ts'
import { findHeldReply } from '../store/held-replies.ts'
import type { Settled } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { latestSentOf } from '../store/outbox.ts'
import { findUser } from '../store/users.ts'
import type { Command } from '../ticket/command-forms.ts'
import { type Commanded, mixedChoice, readCommands } from '../ticket/commands.ts'
import type { HeldChoice } from '../ticket/held.ts'
import { findStatus } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'

export interface AgentReply {
  readonly ticket: Ticket
  readonly agent: User
  readonly said: Said
  /** Where a public answer without a status command leads. */
  readonly moveTo: string | null
  readonly inboundId: number
  /** Message-IDs that it answers. */
  readonly answers: readonly string[]
  /** Is the mail recent enough to be answered? */
  readonly tell: boolean
}

interface Result extends Pick<Settled, 'fate' | 'ticketId' | 'commentId'> {
  /** For the ledger: why nothing was done. */
  readonly because?: string
  /** Nothing of the mail was done and nothing of it is kept: it may be decided about anew. */
  readonly nothingDone?: true
}

export async function takeAgentReply(
  tx: Tx,
  context: DeskContext,
  reply: AgentReply,
  at: Date,
): Promise<Result> {
  const isStatus = (word: string) => findStatus(context.lifecycle, word) !== null
  const commanded = readCommands(reply.said.text, isStatus)
  const hasFiles = reply.said.attachments.length > 0
  const mistakes =
    commanded.mistakes.length > 0 ? commanded.mistakes : mixedChoice(commanded.commands, hasFiles)
  if (mistakes.length > 0) return mistaken(tx, context, reply, mistakes, at)
  const outcome = await inSavepoint(tx, () => execute(tx, context, reply, commanded, at))
  if (outcome.ok) return outcome.value
  if (!(outcome.err instanceof AppError)) throw outcome.err
  return refused(tx, context, reply, { because: outcome.err.message, commanded }, at)
}

/** A typo: the text goes back to its author, who writes it anew. */
async function mistaken(
  tx: Tx,
  context: DeskContext,
  { ticket, agent, said, tell }: AgentReply,
  mistakes: Commanded['mistakes'],
  at: Date,
): Promise<Result> {
  const notDone = {
    reason: null,
    overtaken: null,
    because: '',
    choices: [],
    held: null,
    text: said.text,
  }
  if (tell) await mailNotDone(tx, context, { ticket, agent, mistakes, ...notDone }, at)
  const because = 'commands that cannot be understood: nothing was done, and the agent was told'
  return { fate: 'system', ticketId: ticket.id, commentId: null, because, nothingDone: true }
}

/** What was understood but may not be: held, and its author is told why. */
async function refused(
  tx: Tx,
  context: DeskContext,
  reply: AgentReply,
  { because, commanded }: { because: string; commanded: Commanded },
  at: Date,
): Promise<Result> {
  const ticketId = reply.ticket.id
  if (choiceIn(commanded) === null && !isBareNote(reply, commanded)) {
    await holdReply(tx, context, { ...reply, why: { because } }, at)
    return { fate: 'quarantined', ticketId, commentId: null, because }
  }
  const { ticket, agent, said, tell } = reply
  const nothing = {
    mistakes: [],
    reason: null,
    overtaken: null,
    choices: [],
    held: null,
    text: said.text,
  }
  if (tell) await mailNotDone(tx, context, { ticket, agent, because, ...nothing }, at)
  return { fate: 'system', ticketId, commentId: null, because, nothingDone: true }
}

const choiceIn = ({ commands }: Commanded): 'send' | 'discard' | null => {
  const words = commands.map((command) => command.do)
  if (words.includes('send')) return 'send'
  return words.includes('discard') ? 'discard' : null
}

/** Nothing to note: it is about what is held, if anything is. */
const isBareNote = (
  { said }: Pick<AgentReply, 'said'>,
  { commands: [only, ...others], text }: Commanded,
): boolean =>
  only?.do === 'note' && others.length === 0 && text === '' && said.attachments.length === 0

/** A word about mail that is held: `#send`, `#discard`, or nothing but `#note`. */
async function chosen(
  tx: Tx,
  { ticket, agent, said }: AgentReply,
  commanded: Commanded,
): Promise<HeldChoice | null> {
  const choice = choiceIn(commanded)
  if (choice !== null) return choice
  if (!isBareNote({ said }, commanded)) return null
  const held = await findHeldReply(tx, { ticketId: ticket.id, agentId: agent.id })
  return held === null ? null : 'note'
}

/** The choice, and commands that came with it. */
async function executeChoice(
  tx: Tx,
  context: DeskContext,
  { ticket, agent, tell }: AgentReply,
  { choice, commands }: { choice: HeldChoice; commands: readonly Command[] },
  at: Date,
): Promise<Result> {
  const named = commands.find((one) => one.do === 'send' || one.do === 'discard')
  const held = named?.held ?? null
  await answerHeld(tx, context, { ticketId: ticket.id, agent, choice, held }, at)
  const ran = await runCommands(tx, context, { ticketId: ticket.id, agent, commands }, at)
  const discarded = choice === 'discard' ? [{ what: 'discarded' as const, value: '' }] : []
  const done = [...discarded, ...ran.done]
  const said = SAID[choice]
  if (tell) await receipt(tx, context, { ...ran, done, agent, commands, text: said }, at)
  return { fate: 'system', ticketId: ticket.id, commentId: null }
}

const SAID = { send: 'sent', note: 'note', discard: 'none' } as const

/** A colleague answered, and the notice that is answered here does not know of it. */
async function overtaken(
  tx: Tx,
  context: DeskContext,
  reply: AgentReply,
  at: Date,
): Promise<Result | null> {
  const { ticket, agent, answers } = reply
  const noticed = await latestSentOf(tx, { ticketId: ticket.id, userId: agent.id, ids: answers })
  if (noticed === null) return null
  const since = new Date(Math.max(noticed.getTime(), at.getTime() - COLLEAGUE_ANSWER_MS))
  const other = await latestAnswerOfOther(tx, { ticketId: ticket.id, agentId: agent.id, since })
  if (other === null) return null
  const colleague = other.authorId === null ? null : await findUser(tx, other.authorId)
  const author = colleague?.name ?? colleague?.email ?? 'A colleague'
  const minutes = Math.max(1, Math.round((at.getTime() - other.createdAt.getTime()) / 60_000))
  await holdReply(tx, context, { ...reply, why: { overtaken: { author, minutes } } }, at)
  const because = `${author} answered ${minutes} min before, after the notice that this answers`
  return { fate: 'quarantined', ticketId: ticket.id, commentId: null, because }
}

/** An older answer of a colleague is no surprise: the ticket went on since. */
const COLLEAGUE_ANSWER_MS = 30 * 60_000

async function execute(
  tx: Tx,
  context: DeskContext,
  reply: AgentReply,
  commanded: Commanded,
  at: Date,
): Promise<Result> {
  const { commands, text } = commanded
  const choice = await chosen(tx, reply, commanded)
  if (choice !== null) return executeChoice(tx, context, reply, { choice, commands }, at)
  const visibility = commands.some((command) => command.do === 'note') ? 'internal' : 'public'
  const says = text !== '' || reply.said.attachments.length > 0
  const late = visibility === 'public' && says ? await overtaken(tx, context, reply, at) : null
  if (late !== null) return late
  if (commands.length === 0) {
    const commentId = await answer(tx, context, reply, { visibility: 'public' }, at)
    return { fate: 'comment', ticketId: reply.ticket.id, commentId }
  }
  const commentId = says
    ? await answer(tx, context, reply, { visibility, text, commands }, at)
    : null
  await noteReasons(tx, context, reply, commands, at)
  const { ticket, agent, tell } = reply
  const ran = await runCommands(tx, context, { ticketId: ticket.id, agent, commands }, at)
  const sent = visibility === 'public' ? 'sent' : 'note'
  const what = says ? sent : 'none'
  if (tell) await receipt(tx, context, { ...ran, agent, commands, text: what }, at)
  return { fate: says ? 'comment' : 'system', ticketId: ticket.id, commentId }
}

const MOVES: ReadonlySet<Command['do']> = new Set(['status', 'close'])

/** The comment; its id. A status command has the last word on the status. */
async function answer(
  tx: Tx,
  context: DeskContext,
  { ticket, agent, said, moveTo }: AgentReply,
  how: { visibility: 'public' | 'internal'; text?: string; commands?: readonly Command[] },
  at: Date,
): Promise<number> {
  const isPublic = how.visibility === 'public'
  const moved = how.commands?.some((command) => MOVES.has(command.do)) ?? false
  const { comment } = await addComment(
    tx,
    context,
    {
      ticketId: ticket.id,
      visibility: how.visibility,
      author: { type: 'agent', user: agent },
      // The HTML still has the commands in it.
      said: how.text === undefined ? said : { ...said, text: how.text, html: null },
      moveTo: isPublic && !moved ? moveTo : null,
      mailOut: isPublic,
      notifyAgents: false,
      suggested: [],
      locale: null,
      reopening: false,
    },
    at,
  )
  return comment.id
}

/** Why a ticket was closed is worth a note. */
async function noteReasons(
  tx: Tx,
  context: DeskContext,
  reply: AgentReply,
  commands: readonly Command[],
  at: Date,
): Promise<void> {
  for (const command of commands) {
    if (command.do !== 'close' || command.reason === '') continue
    const said = saidByApi(command.reason)
    const note = { ...reply, said: { ...said, source: reply.said.source } }
    await answer(tx, context, note, { visibility: 'internal' }, at)
  }
}
