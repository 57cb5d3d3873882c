/** The transaction of intake: messages that are ready are decided and written, in order. */
import type { Clock } from '../clock.ts'
import type { AttachedBlob } from '../desk/context.ts'
import type { Events } from '../events.ts'
import { isDatabaseDown } from '../store/database-errors.ts'
import { inSavepoint } from '../store/group-commit.ts'
import { type InboundMessage, settleInbound } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { findTwin, lockTwins } from '../store/twins.ts'
import { listAgents } from '../store/users.ts'
import type { User } from '../ticket/user.ts'
import { type DecideContext, decide } from './decide.ts'
import type { Parsed } from './parse.ts'
import { asReleased } from './released.ts'
import { write } from './write.ts'

/** A message whose parts are known and stored, before anything is decided. */
export interface Ready {
  readonly row: InboundMessage
  readonly parsed: Parsed
  readonly attachments: readonly AttachedBlob[]
  /** No parser survived it: its ticket says so, and its fate is quarantined. */
  readonly unreadable: boolean
}

export interface TakeDeps {
  readonly clock: Clock
  readonly context: DecideContext
}

export type Line = Parameters<Events['messageTaken']>[0]

interface Failed {
  readonly row: InboundMessage
  readonly err: unknown
}

/**
 * One transaction for all. When one of them fails, the whole is done again with a savepoint for
 * each: one failure never undoes another.
 */
export async function takeBatch(
  deps: TakeDeps,
  batch: readonly Ready[],
): Promise<{ lines: Line[]; failed: Failed[] }> {
  const { store } = deps.context
  const failed: Failed[] = []
  let lines: Line[]
  try {
    lines = await store.transaction((tx) => {
      const once = askingAgentsOnce(deps)
      return takeInOrder(batch, (one) => takeOne(tx, once, one))
    })
  } catch (err) {
    if (isDatabaseDown(err)) throw err
    lines = await store.transaction((tx) => {
      failed.length = 0
      return takeInOrder(batch, async (one) => {
        const result = await inSavepoint(tx, () => takeOne(tx, deps, one))
        if (result.ok) return result.value
        if (isDatabaseDown(result.err)) throw result.err
        failed.push({ row: one.row, err: result.err })
        return null
      })
    })
  }
  return { lines, failed }
}

/** Nothing that one batch does makes somebody an agent. */
function askingAgentsOnce({ context, ...deps }: TakeDeps): TakeDeps {
  let agents: Promise<User[]> | null = null
  const agentsOf = (tx: Tx) => (agents ??= listAgents(tx))
  return { ...deps, context: { ...context, agentsOf } }
}

/** In the order of arrival: a reply finds the ticket that the message before it opened. */
async function takeInOrder(
  batch: readonly Ready[],
  take: (one: Ready) => Promise<Line | null>,
): Promise<Line[]> {
  const lines: Line[] = []
  for (const one of batch) {
    const line = await take(one)
    if (line !== null) lines.push(line)
  }
  return lines
}

async function takeOne(
  tx: Tx,
  deps: TakeDeps,
  { row, parsed, attachments, unreadable }: Ready,
): Promise<Line> {
  const { context, clock } = deps
  const line = { inboundId: row.id, attempts: row.attempts }
  if (context.store.kind === 'postgres' && row.messageId !== null) await lockTwins(tx, row)
  const twin = await findTwin(tx, row)
  if (twin !== null) {
    await settleDuplicate(tx, row, twin, parsed)
    return { ...line, fate: 'duplicate', verdict: 'none', ticketId: null }
  }
  const inbox = context.inboxes.find(({ id }) => id === row.inboxId)
  if (inbox === undefined) throw new Error(`inbox ${row.inboxId} is not configured`)
  const at = clock.now()
  const arrived = { row, inbox, message: parsed.message, attachments, unreadable }
  const decided = await decide(tx, context, arrived, at)
  const understood = await asReleased(tx, { inbox, lifecycle: context.lifecycle }, decided, at)
  const { fate, ticketId } = await write(tx, context, understood, at)
  return { ...line, fate, verdict: understood.verdict.kind, ticketId }
}

async function settleDuplicate(
  tx: Tx,
  row: InboundMessage,
  twin: number,
  parsed: Parsed,
): Promise<void> {
  await settleInbound(tx, row.id, {
    fate: 'duplicate',
    verdict: null,
    reasons: [`the same message as ${twin}: Message-ID and body are equal`],
    evidence: {},
    sender: parsed.message.from?.address ?? null,
    ticketId: null,
    commentId: null,
    duplicateOf: twin,
  })
}
