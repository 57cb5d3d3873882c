/**
 * One attempt at one delivery: submit, and record what became of it in one transaction with the
 * event that says so. The row's phase is durable before the dot; see store/outbox-delivery.ts.
 */
import type { Clock } from '../clock.ts'
import { unreachable } from '../errors.ts'
import type { Events } from '../events.ts'
import { passing } from '../fault-points.ts'
import { pause } from '../pause.ts'
import { isDatabaseDown } from '../store/database-errors.ts'
import { insertEvents } from '../store/events.ts'
import type { Doubt } from '../store/in-doubt.ts'
import type { Store, Tx } from '../store/open.ts'
import { keepLease, markEnding, type Outcomes, settleAttempt } from '../store/outbox-delivery.ts'
import { type OutboxMessage, sourceOf } from '../store/outbox.ts'
import { SYSTEM } from '../ticket/comment.ts'
import { GIVE_UP_AFTER_MS, retryDelayMs } from './retry.ts'
import type { SmtpLane, SubmissionResult } from './smtp.ts'
import { bodyMsMax } from './smtp-submission.ts'

export interface AttemptDeps {
  readonly clock: Clock
  readonly random: () => number
  readonly store: Store
  readonly events: Events
  readonly owner: string
  /** What the desk does about a delivery that failed for good, in the transaction that says so. */
  readonly undelivered: (
    tx: Tx,
    failure: { row: OutboxMessage; detail: string; badRecipient: boolean },
    at: Date,
  ) => Promise<void>
}

/** An uncertain delivery is looked at after this: a bounce or a copy may have told by then. */
export const LOOK_AFTER_MS = 2 * 60_000
const DETAIL_LENGTH_MAX = 500
const SETTLE_AGAIN_MS = 1_000
/** What any server takes well within the lease that comes with a claim. */
const SHORT_BYTES = 512 * 1024

export interface ServerDown {
  readonly code: number | null
  readonly reply: string
  readonly needsReauth: boolean
}

/** What the lane should know of the server; `serverDown` null: it works. */
export interface AttemptReport {
  readonly serverDown: ServerDown | null
}

export const attemptDelivery = (
  deps: AttemptDeps,
  lane: SmtpLane,
  row: OutboxMessage,
  signal: AbortSignal,
): Promise<AttemptReport> =>
  deps.store.inDoubt.within((doubt) => attempt(deps, lane, { row, doubt }, signal))

async function attempt(
  deps: AttemptDeps,
  lane: SmtpLane,
  { row, doubt }: { row: OutboxMessage; doubt: Doubt },
  signal: AbortSignal,
): Promise<AttemptReport> {
  const composed = await sourceOf(deps.store.read, row.id)
  if (composed === null) {
    await settle(
      deps,
      row,
      {
        outcome: 'failed',
        detail: 'its bytes are missing',
        dueAt: null,
        badRecipient: false,
        ms: 0,
      },
      signal,
    )
    return { serverDown: null }
  }
  if (!(await keepsLease(deps, row, composed.source.length))) return { serverDown: null }
  const startedAt = performance.now()
  let isAway = false
  const beforeDot = () =>
    makeEnding(deps, row, doubt).catch((err: unknown) => {
      isAway = isDatabaseDown(err)
      throw err
    })
  const result = await lane.submit(
    { mailFrom: composed.mailFrom, rcptTo: row.rcptTo },
    composed.source,
    { beforeDot },
    signal,
  )
  const ms = performance.now() - startedAt
  await passing('smtp.answered')
  const badRecipient = result.kind === 'permanent' && result.badRecipient
  const outcomes = outcomeOf(deps, row, result)
  const dueAt = isAway && outcomes.outcome === 'queued' ? soon(deps) : outcomes.dueAt
  await settle(deps, row, { ...outcomes, dueAt, badRecipient, ms }, signal)
  if (result.kind !== 'temporary' || result.scope !== 'server') return { serverDown: null }
  const { code, reply, needsReauth = false } = result
  return { serverDown: { code, reply, needsReauth } }
}

const heldBy = ({ owner }: AttemptDeps, { id, attempts }: OutboxMessage) => ({
  id,
  owner,
  attempts,
})

/**
 * Files for somebody behind a slow line may take an hour: without this the row would be taken for a dead
 * daemon's meanwhile, again and again. False: it is no longer ours.
 */
async function keepsLease(deps: AttemptDeps, row: OutboxMessage, bytes: number): Promise<boolean> {
  if (bytes <= SHORT_BYTES) return true
  const until = new Date(deps.clock.now().getTime() + bodyMsMax(bytes))
  return deps.store.transaction((tx) => keepLease(tx, heldBy(deps, row), until))
}

async function makeEnding(deps: AttemptDeps, row: OutboxMessage, doubt: Doubt): Promise<void> {
  await doubt.comes()
  const ours = await deps.store.transaction((tx) =>
    markEnding(tx, heldBy(deps, row), deps.clock.now()),
  )
  if (!ours) throw new Error(`delivery ${row.id} was taken over`)
  doubt.begins()
}

function outcomeOf(deps: AttemptDeps, row: OutboxMessage, result: SubmissionResult): Outcomes {
  const now = deps.clock.now()
  const detail = result.reply.slice(0, DETAIL_LENGTH_MAX)
  const after = (ms: number) => new Date(now.getTime() + ms)
  switch (result.kind) {
    case 'sent':
      return { outcome: 'sent', detail, dueAt: null, sentAt: now }
    case 'permanent':
      return { outcome: 'failed', detail, dueAt: null }
    case 'uncertain':
      return { outcome: 'uncertain', detail, dueAt: after(LOOK_AFTER_MS) }
    case 'temporary': {
      if (now.getTime() - row.createdAt.getTime() > GIVE_UP_AFTER_MS) {
        return { outcome: 'failed', detail: `given up after 48 hours: ${detail}`, dueAt: null }
      }
      // A server that is down as a whole has its own pace, see send.ts; the row is due at once.
      const delay =
        result.scope === 'server' ? 0 : retryDelayMs(row.attempts, result.scope, deps.random())
      return { outcome: 'queued', detail, dueAt: after(delay) }
    }
    default:
      return unreachable(result)
  }
}

/**
 * Our own database was away: the server had no part in it, and need not be spared. The attempt
 * counts all the same: its number tells it from the next one, should it be settled twice.
 */
const soon = ({ clock }: AttemptDeps): Date => new Date(clock.now().getTime() + SETTLE_AGAIN_MS)

type Settling = Outcomes & { readonly badRecipient: boolean; readonly ms: number }

/** While the database is away the lane waits: what the server said must not be forgotten. */
async function settle(
  deps: AttemptDeps,
  row: OutboxMessage,
  outcomes: Settling,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await settleOnce(deps, row, outcomes)
      return
    } catch (err) {
      if (!isDatabaseDown(err) || signal.aborted) throw err
      deps.events.databaseUnavailable('delivery', err)
      await pause(SETTLE_AGAIN_MS, signal)
    }
  }
}

async function settleOnce(
  deps: AttemptDeps,
  row: OutboxMessage,
  outcomes: Settling,
): Promise<void> {
  const ours = await deps.store.transaction(async (tx) => {
    const settled = await settleAttempt(tx, heldBy(deps, row), outcomes)
    await passing('send.settling')
    if (settled && outcomes.outcome !== 'queued') {
      await recordDelivery(tx, row, outcomes, deps.clock.now())
    }
    if (settled && outcomes.outcome === 'failed') {
      const { detail, badRecipient } = outcomes
      await deps.undelivered(tx, { row, detail: detail ?? '', badRecipient }, deps.clock.now())
    }
    return settled
  })
  await passing('send.settled')
  if (ours) logOutcome(deps.events, row, outcomes)
}

/** Says on the ticket what became of a person's reply; acknowledgements and notices are no news. */
export async function recordDelivery(
  tx: Tx,
  row: OutboxMessage,
  outcomes: Outcomes,
  at: Date,
): Promise<void> {
  if (row.kind !== 'reply' && outcomes.outcome === 'sent') return
  await insertEvents(
    tx,
    [
      {
        type: 'delivery.changed',
        ticketId: row.ticketId,
        commentId: row.commentId,
        actor: SYSTEM,
        data: { outbox_id: row.id, outcome: outcomes.outcome },
      },
    ],
    at,
  )
}

function logOutcome(events: Events, row: OutboxMessage, { ms, ...outcomes }: Settling): void {
  const { id: outboxId, ticketId, attempts, kind } = row
  const detail = codesIn(outcomes.detail ?? '')
  if (outcomes.outcome === 'sent') events.deliverySent({ outboxId, ticketId, attempts, kind, ms })
  else if (outcomes.outcome === 'failed')
    events.deliveryFailed({ outboxId, ticketId, detail, kind, ms })
  else if (outcomes.outcome === 'uncertain')
    events.deliveryUncertain({ outboxId, ticketId, detail, kind, ms })
  else events.deliveryPostponed({ outboxId, attempts, detail, kind, ms })
}

/** The numbers of a reply only: servers like to repeat the address, which no log should hold. */
const codesIn = (reply: string): string =>
  /(?:^|[: ])([245]\d\d(?: [245]\.\d{1,3}\.\d{1,3})?)(?:[ -]|$)/.exec(reply)?.[1] ?? 'no reply code'
