/** The transaction of intake: messages that are ready are decided and written, in order. */
import type { Clock } from '../clock.ts'
import type { AttachedBlob } from '../desk/context.ts'
import type { Events } from '../events.ts'
import { passing } from '../fault-points.ts'
import { isDatabaseDown } from '../store/database-errors.ts'
import { eraseCopy } from '../store/erase-copy.ts'
import { gathering } from '../store/gather.ts'
import { inSavepoint } from '../store/group-commit.ts'
import { type InboundMessage, settleInbound } from '../store/inbound-messages.ts'
import type { Tx } from '../store/open.ts'
import { findTwin, lockTwins } from '../store/twins.ts'
import { listAgents, listStaff } from '../store/users.ts'
import { ownAddresses } from '../ticket/inbox.ts'
import type { User } from '../ticket/user.ts'
import { answersOneOf, WaitsForAnswered } from './answers-wait.ts'
import { type DecideContext, decide } from './decide.ts'
import type { Parsed } from './parse.ts'
import { noteAlsoSentTo } from './also-sent-to.ts'
import { asReleased } from './released.ts'
import { commonOf, inRounds } from './side-by-side.ts'
import { type Understood, write } from './write.ts'

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

export interface Taken {
  readonly lines: readonly Line[]
  readonly failed: readonly Failed[]
  /** Untouched: they come first in the next batch. */
  readonly later: readonly Ready[]
}

/** A round costs the same for one message as for sixty: so few are better part of another one. */
const LATER_MAX = 16

/**
 * One transaction for all, and those that have nothing in common side by side. When one of them
 * fails, the whole is done again one by one, with a savepoint for each: one failure never undoes
 * another. `more`: another batch follows, and a few that have to wait for others may wait for it.
 */
export async function takeBatch(
  deps: TakeDeps,
  batch: readonly Ready[],
  { more }: { more: boolean },
): Promise<Taken> {
  const { store } = deps.context
  try {
    return await store.inDoubt.afterwards(() =>
      store.transaction((tx) => takeSideBySide(tx, deps, batch, more)),
    )
  } catch (err) {
    if (isDatabaseDown(err)) throw err
    return store.transaction((tx) => takeOneByOne(tx, deps, batch))
  }
}

async function takeSideBySide(
  tx: Tx,
  deps: TakeDeps,
  batch: readonly Ready[],
  more: boolean,
): Promise<Taken> {
  const once = askingAgentsOnce(deps)
  const own = ownAddresses(deps.context.inboxes)
  const staff = new Set((await listStaff(tx)).map(({ email }) => email))
  const rounds = inRounds(batch, ({ parsed }) => commonOf(parsed.message, { own, staff }))
  const later = more ? leftover(rounds) : []
  const lines: Line[] = []
  for (const round of later.length === 0 ? rounds : rounds.slice(0, 1)) {
    lines.push(
      ...(await gathering(
        tx,
        round.map((one) => () => takeOne(tx, once, one)),
      )),
    )
  }
  return { lines, failed: [], later }
}

/** All but the first round, in the order of arrival, when they are few. */
function leftover([, ...others]: readonly (readonly Ready[])[]): Ready[] {
  const rest = others.flat()
  return rest.length <= LATER_MAX ? rest.toSorted((a, b) => a.row.id - b.row.id) : []
}

/** Nothing that one batch does makes somebody an agent. */
function askingAgentsOnce({ context, ...deps }: TakeDeps): TakeDeps {
  let agents: Promise<User[]> | null = null
  const agentsOf = (tx: Tx) => (agents ??= listAgents(tx))
  return { ...deps, context: { ...context, agentsOf } }
}

async function takeOneByOne(tx: Tx, deps: TakeDeps, batch: readonly Ready[]): Promise<Taken> {
  const lines: Line[] = []
  const failed: Failed[] = []
  const ids = new Set<string>()
  for (const one of batch) {
    const result = answersOneOf(one, ids)
      ? ({ ok: false, err: new WaitsForAnswered() } as const)
      : await inSavepoint(tx, () => takeOne(tx, deps, one))
    if (result.ok) lines.push(result.value)
    else if (isDatabaseDown(result.err)) throw result.err
    else {
      failed.push({ row: one.row, err: result.err })
      if (one.row.messageId !== null) ids.add(one.row.messageId)
    }
  }
  return { lines, failed, later: [] }
}

async function takeOne(
  tx: Tx,
  deps: TakeDeps,
  { row, parsed, attachments, unreadable }: Ready,
): Promise<Line> {
  const { context, clock } = deps
  const at = clock.now()
  const inbox = context.inboxes.find(({ id }) => id === row.inboxId)
  if (inbox === undefined) throw new Error(`inbox ${row.inboxId} is not configured`)
  const line = {
    inboundId: row.id,
    attempts: row.attempts,
    inbox: inbox.name,
    bytes: row.size,
    lagMs: row.internalAt === null ? null : at.getTime() - row.internalAt.getTime(),
  }
  const scope = context.severalInboxes === 'once' ? 'desk' : 'inbox'
  if (context.store.kind === 'postgres' && row.messageId !== null) await lockTwins(tx, row, scope)
  const twin = await findTwin(tx, row, scope)
  if (twin !== null) {
    await settleDuplicate(tx, row, twin, parsed)
    const erased = await eraseCopy(tx, { row, twin, files: attachments }, at)
    if (!erased) await noteAlsoSentTo(tx, context, { row, twin, inbox }, at)
    return { ...line, fate: 'duplicate', verdict: 'none', unanswered: null, ticketId: null }
  }
  const arrived = { row, inbox, message: parsed.message, attachments, unreadable }
  const decided = await decide(tx, context, arrived, at)
  await passing('take.decided')
  const understood = await asReleased(tx, { inbox, lifecycle: context.lifecycle }, decided, at)
  const { fate, ticketId } = await write(tx, context, understood, at)
  await passing('take.written')
  const verdict = understood.verdict.kind
  return { ...line, fate, verdict, unanswered: unansweredOf(understood), ticketId }
}

/** Why nobody is told that the message came; null: somebody is, or it answers something. */
function unansweredOf({ verdict, decision, restraint }: Understood): string | null {
  if (verdict.kind !== 'person') return verdict.kind
  return 'acknowledge' in decision && decision.acknowledge ? (restraint?.reason ?? null) : null
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
