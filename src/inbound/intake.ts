/**
 * One stored message becomes a ticket, a comment, or a recorded reason why not.
 *
 *   fetch -> [ intake: parse -> decide (screen, thread, triage) -> write ] -> outbound/
 *
 * Everything before write() can be repeated safely; write() is one transaction. A crash anywhere
 * leaves the stored message pending, and the next run picks it up again. Messages are decided in
 * the order they arrived; a slow one is overtaken rather than waited for, except by answers to it.
 */
import type { Events } from '../events.ts'
import { passing } from '../fault-points.ts'
import { type Bell, pause } from '../pause.ts'
import { type InboundMessage, settleInbound } from '../store/inbound-messages.ts'
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { isDatabaseDown, stopIfCorrupt } from '../store/database-errors.ts'
import { postponeInbound, releaseInbound } from '../store/release-inbound.ts'
import { answersThatWait, type Waiting, WaitsForAnswered } from './answers-wait.ts'
import { ParseFailure, ParserUnavailable } from './parse.ts'
import { claim, idleMs, InHand, ROWS_IN_HAND_MAX } from './in-hand.ts'
import { Overtaken } from './overtaken.ts'
import { FAILURES_MAX, prepare, type PrepareDeps, storeSmall } from './prepare.ts'
import { type Ready, takeBatch } from './take.ts'
import { heldBack, SettledElsewhere } from './write.ts'

export interface IntakeDeps extends PrepareDeps {
  readonly events: Events
  /** Names this daemon in claims. */
  readonly owner: string
  /** Rung when new messages are stored. */
  readonly arrived: Bell
  /** Rung after a write: there may be mail to send. */
  readonly outgoing: Bell
}

/** A message that takes longer to parse is overtaken by those behind it. */
const OVERTAKE_AFTER_MS = 2_000
const AFTER_ERROR_MS = 1_000

export async function runIntake(deps: IntakeDeps, signal: AbortSignal): Promise<void> {
  const batches = new Batches(deps, signal)
  while (!signal.aborted) {
    try {
      if (!(await batches.turn())) await deps.arrived.wait(await batches.idleMs(), signal)
    } catch (err) {
      report(deps, err)
      await pause(AFTER_ERROR_MS, signal)
      await batches.startOver().catch((again: unknown) => reportOnly(deps, again))
    }
  }
}

/** Two batches in hand: the parser works on one while the one before it is written. */
class Batches {
  readonly #deps: IntakeDeps
  readonly #signal: AbortSignal
  #ready: readonly Ready[] = []
  /** Of the batch before, all stored: they had to wait for others of it. */
  #later: readonly Ready[] = []
  readonly #slow: Slow

  constructor(deps: IntakeDeps, signal: AbortSignal) {
    this.#deps = deps
    this.#signal = signal
    this.#slow = { overtaken: new Overtaken(), inHand: new InHand(() => deps.arrived.ring()) }
  }

  /** False: there is nothing to do. */
  async turn(): Promise<boolean> {
    // Committed before the parser starts, and before the next write, which it must not wait for.
    // The small attachments of that one wait for the same commit.
    const [rows] = await Promise.all([
      claim(this.#deps, this.#slow.inHand),
      storeSmall(this.#deps, this.#ready),
    ])
    await passing('intake.claimed')
    const parsing = parseAll(this.#deps, rows, this.#slow)
    parsing.catch(() => {
      // Awaited below; a failed write comes first.
    })
    const isLast = rows.length < ROWS_IN_HAND_MAX
    await this.#take({ more: !isLast })
    this.#ready = await letAnswersWait(this.#deps, await parsing, this.#later)
    // Less than a full batch: nobody is waiting behind it, so it is written at once.
    if (isLast && !this.#signal.aborted) {
      await storeSmall(this.#deps, this.#ready)
      await this.#take({ more: false })
    }
    return rows.length > 0
  }

  idleMs(): Promise<number> {
    return idleMs(this.#deps, this.#slow.inHand)
  }

  /** What was claimed when the database went away is due again at once. */
  async startOver(): Promise<void> {
    this.#ready = []
    this.#later = []
    if (this.#signal.aborted) return
    const { context, clock, owner } = this.#deps
    const at = clock.now()
    await context.store.transaction((tx) => releaseInbound(tx, owner, at, { giveBack: true }))
  }

  async #take({ more }: { more: boolean }): Promise<void> {
    const batch = [...this.#later, ...this.#ready]
    this.#ready = []
    this.#later = []
    this.#later = await takeAll(this.#deps, batch, { more })
  }
}

function report(deps: IntakeDeps, err: unknown): void {
  stopIfCorrupt(err)
  reportOnly(deps, err)
}

function reportOnly(deps: IntakeDeps, err: unknown): void {
  if (isDatabaseDown(err)) deps.events.databaseUnavailable('intake', err)
  else deps.events.loopFailed('intake', err)
}

/** What may be read for longer than a turn lasts. */
interface Slow {
  readonly overtaken: Overtaken
  readonly inHand: InHand
}

/** What is ready in time, in the order of arrival; the others are written when they are. */
async function parseAll(
  deps: IntakeDeps,
  rows: readonly InboundMessage[],
  slow: Slow,
): Promise<Ready[]> {
  const { overtaken, inHand } = slow
  const ready: Ready[] = []
  let isLate = false
  const all = rows.map(async (row) => {
    const done = await prepare(deps, row).catch((err: unknown) => postpone(deps, row, err))
    if (done === undefined) return
    if (isLate) await takeLate(deps, done, overtaken.before(done))
    else ready.push(done)
  })
  for (const [index, row] of rows.entries()) inHand.add(row, all[index] ?? Promise.resolve())
  const settled = Promise.all(all)
  settled.catch(() => {
    // Reported below, or by the late ones themselves.
  })
  const stop = new AbortController()
  await Promise.race([settled, pause(OVERTAKE_AFTER_MS, stop.signal)])
  stop.abort()
  isLate = true
  // A damaged database shows again, and stops the loop, with the next claim.
  settled.catch((err: unknown) => reportOnly(deps, err))
  const inTime = new Set(ready.map(({ row }) => row.id))
  for (const [index, row] of rows.entries()) {
    const taken = all[index]
    if (taken !== undefined && !inTime.has(row.id)) overtaken.add(row, taken)
  }
  return inOrder(deps, ready, slow)
}

/** Those that nobody has to wait for, in the order of arrival; the others are taken when they can be. */
function inOrder(deps: IntakeDeps, ready: readonly Ready[], { overtaken, inHand }: Slow): Ready[] {
  return ready
    .toSorted((a, b) => a.row.id - b.row.id)
    .filter((done) => {
      const before = overtaken.before(done)
      if (before === null) return true
      const taken = takeLate(deps, done, before)
      // An answer to this one waits as well.
      overtaken.add(done.row, taken)
      inHand.add(done.row, taken)
      taken.catch((err: unknown) => reportOnly(deps, err))
      return false
    })
}

async function letAnswersWait(
  deps: IntakeDeps,
  all: readonly Ready[],
  before: readonly Ready[],
): Promise<readonly Ready[]> {
  const { context, clock, owner } = deps
  const asked = { ready: all, before }
  const { ready, waiting } = await answersThatWait(context.store.read, asked, clock.now())
  if (waiting.length > 0) await context.store.transaction((tx) => wait(tx, owner, waiting))
  return ready
}

async function wait(tx: Tx, owner: string, waiting: readonly Waiting[]): Promise<void> {
  const reason = new WaitsForAnswered().message
  for (const { one, until } of waiting) {
    await postponeInbound(tx, one.row, { owner, dueAt: until, failed: false, reason })
  }
}

async function takeLate(
  deps: IntakeDeps,
  done: Ready,
  before: Promise<unknown> | null,
): Promise<void> {
  await before
  const ready = await letAnswersWait(deps, [done], [])
  await storeSmall(deps, ready)
  await takeAll(deps, ready, { more: false })
}

/**
 * Writes what is ready and stored; what failed by itself waits for another attempt. Returns what is
 * left for the next batch, if there are `more`.
 */
async function takeAll(
  deps: IntakeDeps,
  batch: readonly Ready[],
  { more }: { more: boolean },
): Promise<readonly Ready[]> {
  if (batch.length === 0) return []
  await passing('take.beginning')
  const { lines, failed, later } = await takeBatch(deps, batch, { more })
  await passing('take.committed')
  for (const line of lines) deps.events.messageTaken(line)
  deps.outgoing.ring()
  for (const { row, err } of failed) await postpone(deps, row, err)
  return later
}

/** The message waits for another attempt; its own failures are counted, the world's are not. */
async function postpone(deps: IntakeDeps, row: InboundMessage, err: unknown): Promise<void> {
  if (err instanceof SettledElsewhere) return
  const failed = !isOfTheWorld(err)
  const failures = row.failures + (failed ? 1 : 0)
  const { context, clock, events, owner } = deps
  const line = { inboundId: row.id, failures }
  if (failures > FAILURES_MAX) {
    events.messageQuarantined({ inboundId: row.id }, err)
    await context.store.transaction((tx) => settleHopeless(tx, row, err, clock.now()))
    return
  }
  events.messagePostponed(line, err)
  // The parser's own failures are tried again at once, in safe mode.
  const waitMs = err instanceof ParseFailure ? 0 : AFTER_ERROR_MS
  const dueAt = new Date(clock.now().getTime() + waitMs)
  const reason = `attempt ${row.attempts}: ${describe(err)}`
  const change = { owner, dueAt, failed, reason }
  await context.store.transaction((tx) => postponeInbound(tx, row, change))
  deps.arrived.ring()
}

/** Nothing about the message: another one would have met it as well. */
const isOfTheWorld = (err: unknown): boolean =>
  isDatabaseDown(err) ||
  isRefusedBySystem(err) ||
  err instanceof ParserUnavailable ||
  err instanceof WaitsForAnswered

/** No descriptor, no memory, no right to a directory. */
const isRefusedBySystem = (err: unknown): err is NodeJS.ErrnoException =>
  err instanceof Error && 'syscall' in err && 'code' in err

/** Not even the ticket that says so could be written: the ledger says it. */
async function settleHopeless(tx: Tx, row: InboundMessage, err: unknown, at: Date): Promise<void> {
  const settled = await settleInbound(tx, row.id, {
    fate: 'quarantined',
    verdict: null,
    reasons: [`could not be handled: ${describe(err)}`],
    evidence: {},
    sender: null,
    ticketId: null,
    commentId: null,
    duplicateOf: null,
  })
  if (settled) await insertEvents(tx, [heldBack(row)], at)
}

const PLAIN = [ParseFailure, ParserUnavailable, WaitsForAnswered]

/** Class or code only, unless it is our own: messages of errors may carry what people wrote. */
function describe(err: unknown): string {
  if (isRefusedBySystem(err)) return err.code ?? err.name
  if (err instanceof Error && PLAIN.some((ours) => err instanceof ours)) return err.message
  return err instanceof Error ? err.name : 'unknown error'
}
