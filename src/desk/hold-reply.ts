/**
 * Mail of an agent that is not done as it is: kept, and its author is told why, and what he can
 * do with it. Nothing of it is repeated unless it is proven to be his.
 */
import { mailNotDone } from '../outbound/command-mail.ts'
import { countTold, insertHeldReply } from '../store/held-replies.ts'
import type { Tx } from '../store/open.ts'
import { type Mistake, readCommands } from '../ticket/commands.ts'
import { HELD_CHOICES, type HeldChoice, type HeldReason } from '../ticket/held.ts'
import { findStatus, ruleOf } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import type { DeskContext, Said } from './context.ts'

export interface Hold {
  readonly ticket: Ticket
  readonly agent: User
  readonly inboundId: number
  /** Null: nothing proves that the agent wrote it. */
  readonly said: Said | null
  readonly why: Why
  /** Old mail is held in silence. */
  readonly tell: boolean
}

/** One of these. */
export interface Why {
  readonly reason?: HeldReason
  readonly overtaken?: { readonly author: string; readonly minutes: number }
  /** A sentence. */
  readonly because?: string
  readonly mistakes?: readonly Mistake[]
}

const HOUR_MS = 3_600_000
/** Anybody can write an agent's address into From, and must not fill his inbox with that. */
const TOLD_UNPROVEN_MAX = 3
const TOLD_MAX = 20

export async function holdReply(tx: Tx, context: DeskContext, hold: Hold, at: Date): Promise<void> {
  const { ticket, agent, inboundId, said } = hold
  const since = new Date(at.getTime() - HOUR_MS)
  const limit = said === null ? TOLD_UNPROVEN_MAX : TOLD_MAX
  const told = hold.tell && (await countTold(tx, { agentId: agent.id, since })) < limit
  const noted = { inboundId, ticketId: ticket.id, agentId: agent.id, said, told }
  const held = await insertHeldReply(tx, noted, at)
  if (!told) return
  await mailNotDone(
    tx,
    context,
    {
      ticket,
      agent,
      mistakes: hold.why.mistakes ?? [],
      reason: hold.why.reason ?? null,
      overtaken: hold.why.overtaken ?? null,
      because: hold.why.because ?? '',
      choices: said === null ? [] : choicesFor(context, ticket, said),
      text: said?.text ?? '',
      held,
    },
    at,
  )
}

function choicesFor(context: DeskContext, { status }: Ticket, said: Said): readonly HeldChoice[] {
  const { text, isNote } = readHeld(context, said)
  const says = text !== '' || said.attachments.length > 0
  if (!says || !ruleOf(context.lifecycle, status).comments) return []
  return isNote ? HELD_CHOICES.filter((choice) => choice !== 'send') : HELD_CHOICES
}

/**
 * What would be written if the mail were let through: its text without commands.
 * `isNote`: it was meant for agents, or a mistake among its commands may have meant that.
 */
export function readHeld(
  { lifecycle }: DeskContext,
  said: Said,
): { readonly text: string; readonly hasCommands: boolean; readonly isNote: boolean } {
  const isStatus = (word: string) => findStatus(lifecycle, word) !== null
  const { text, commands, mistakes } = readCommands(said.text, isStatus)
  const isNote = mistakes.length > 0 || commands.some((command) => command.do === 'note')
  return { text, hasCommands: commands.length > 0, isNote }
}
