/**
 * Outbound step 3: the loop that empties the outbox of one inbox through its SMTP server.
 *
 * Several lanes work at once, one connection each. A server that is down as a whole opens the
 * circuit: rows stay queued and one probe a minute finds out when it is back.
 */
import type { InboxConfig } from '../config.ts'
import { OperatorError } from '../errors.ts'
import { passing } from '../fault-points.ts'
import { type Bell, pause } from '../pause.ts'
import { claimDue, giveBack, hasUndecided, nextDeliveryDue } from '../store/outbox-delivery.ts'
import type { OutboxMessage } from '../store/outbox.ts'
import { isDatabaseDown, stopIfCorrupt } from '../store/database-errors.ts'
import { attemptDelivery, type ServerDown } from './attempt.ts'
import { type DecideDeps, decideUncertain } from './decide-uncertain.ts'
import { Pace } from './pace.ts'
import { recoverAstray } from './recover.ts'
import { circuitDelayMs } from './retry.ts'
import { settingsOf } from './settings.ts'
import { openLane, type SmtpLane } from './smtp.ts'

export interface SendDeps extends DecideDeps {
  /** Rung when there may be something to send. */
  readonly outgoing: Bell
}

const IDLE_MS = 5_000
const AFTER_ERROR_MS = 1_000
const DECIDING_MS = 250
/**
 * A claim is a commit: while deliveries are quick, each lane's next ones are claimed with it. Where
 * they are slow nothing is claimed ahead, so that what waits can still be called back.
 */
const AHEAD_PER_LANE = 4
const QUICK_MS = 250
/** What waits in hand longer than this has time for another claim. */
const AHEAD_MS = 10_000
/**
 * What is under way when we stop gets so long to end: cut off after its dot it would be uncertain,
 * and every restart would send some replies twice.
 */
const FINISH_MS = 10_000

export async function runSend(
  deps: SendDeps,
  inbox: InboxConfig,
  inboxId: number,
  signal: AbortSignal,
): Promise<void> {
  const sender = new Sender(deps, inbox, inboxId, signal)
  try {
    while (!signal.aborted) {
      try {
        await sender.turn()
      } catch (err) {
        if (err instanceof OperatorError) throw err
        stopIfCorrupt(err)
        if (isDatabaseDown(err)) deps.events.databaseUnavailable(`send ${inbox.name}`, err)
        else deps.events.loopFailed(`send ${inbox.name}`, err)
        await pause(AFTER_ERROR_MS, signal)
      }
    }
  } finally {
    await sender.close()
  }
}

class Sender {
  readonly #deps: SendDeps
  readonly #inbox: InboxConfig
  readonly #inboxId: number
  readonly #signal: AbortSignal
  readonly #free: SmtpLane[]
  readonly #busy = new Map<Promise<void>, number>()
  readonly #all: readonly SmtpLane[]
  readonly #pace: Pace
  readonly #cut = new AbortController()
  /** Claimed, for the next free lane. */
  #ahead: OutboxMessage[] = []
  #claimedAt = 0
  /** How long the last delivery took; before the first one nothing is known. */
  #lastMs = Number.MAX_SAFE_INTEGER
  #failures = 0
  /** What ended an attempt in an unexpected way: a damaged database stops the loop. */
  #fatal: unknown = null
  /** Rows may be ours without being in hand: a claim or an attempt ended without a known result. */
  #astray = false
  #deciding: Promise<void> | null = null
  /** While the circuit is open, and before it ever was: in milliseconds. */
  #closed = { from: 0, until: 0 }

  constructor(deps: SendDeps, inbox: InboxConfig, inboxId: number, signal: AbortSignal) {
    this.#deps = deps
    this.#inbox = inbox
    this.#inboxId = inboxId
    this.#signal = signal
    const settings = settingsOf(inbox)
    this.#all = Array.from({ length: inbox.smtp.lanes }, () => openLane(settings))
    this.#free = [...this.#all]
    this.#pace = new Pace(inbox.smtp.rate)
  }

  /** Starts what can be started, then waits for something to happen. */
  async turn(): Promise<void> {
    stopIfCorrupt(this.#fatal)
    const now = this.#deps.clock.now()
    if (this.#astray) await this.#takeBack()
    await this.#decideUncertain(now)
    if (this.#failures > 0 || now.getTime() - this.#claimedAt > AHEAD_MS) await this.#giveBack()
    const limit = this.#mayStart(now)
    if (this.#ahead.length < limit) await this.#claim(limit)
    const rows = this.#ahead.splice(0, limit)
    for (const row of rows) this.#start(row)
    // A full hand means there may be more; otherwise wait for a bell, a lane or a due time.
    if (rows.length > 0 && this.#mayStart(now) > 0) return
    await this.#somethingHappens()
  }

  async close(): Promise<void> {
    await this.#giveBack().catch((err: unknown) => {
      // The next start takes them up.
      this.#deps.events.databaseUnavailable(`send ${this.#inbox.name}`, err)
    })
    const timer = setTimeout(() => this.#cut.abort(new Error('stopped')), FINISH_MS)
    await Promise.all([...this.#busy.keys(), this.#deciding])
    clearTimeout(timer)
    await Promise.all(this.#all.map((lane) => lane.close()))
  }

  #mayStart(now: Date): number {
    if (this.#isClosed(now.getTime())) return 0
    // After a failure of the whole server, one delivery is the probe.
    if (this.#failures > 0) return this.#busy.size > 0 ? 0 : 1
    return Math.min(this.#free.length, this.#pace.room(now.getTime()))
  }

  /** Not when the clock was put back: that may be by a day. */
  #isClosed(nowMs: number): boolean {
    return nowMs >= this.#closed.from && nowMs < this.#closed.until
  }

  /** For the lanes that are free, and ahead when all goes well. */
  async #claim(limit: number): Promise<void> {
    const { clock, owner, store } = this.#deps
    const at = clock.now()
    const isQuick = this.#failures === 0 && this.#lastMs <= QUICK_MS
    const wanted = isQuick ? this.#all.length * AHEAD_PER_LANE : limit
    const room = Math.min(wanted, this.#pace.room(at.getTime())) - this.#ahead.length
    if (room <= 0) return
    const claim = { inboxId: this.#inboxId, owner, limit: room, at }
    await passing('send.claiming')
    try {
      const claimed = await store.transaction((tx) => claimDue(tx, claim))
      await passing('send.claimed')
      this.#ahead.push(...claimed)
    } catch (err) {
      // A connection lost during COMMIT leaves open whether it happened.
      this.#astray = true
      throw err
    }
    this.#claimedAt = at.getTime()
  }

  /** What is ours and in nobody's hand would wait for the end of its lease otherwise. */
  async #takeBack(): Promise<void> {
    const inHand = [...this.#ahead.map(({ id }) => id), ...this.#busy.values()]
    this.#astray = false
    try {
      await recoverAstray(this.#deps, { inboxId: this.#inboxId, inHand })
    } catch (err) {
      this.#astray = true
      throw err
    }
  }

  async #giveBack(): Promise<void> {
    const { store, owner } = this.#deps
    const attempts = this.#ahead.map((row) => ({ id: row.id, owner, attempts: row.attempts }))
    if (attempts.length === 0) return
    this.#ahead = []
    try {
      await store.transaction((tx) => giveBack(tx, attempts))
    } catch (err) {
      // It may have happened: whoever claims one of them then must not find it in our hand as well.
      this.#astray = true
      throw err
    }
  }

  #start(row: OutboxMessage): void {
    const lane = this.#free.pop()
    if (lane === undefined) throw new Error('no free lane')
    this.#pace.note(this.#deps.clock.now().getTime())
    const work = this.#attempt(lane, row).then((known) => {
      this.#free.push(lane)
      this.#busy.delete(work)
      // Not before: a turn that looked for it while it was in hand would not look again.
      if (!known) this.#astray = true
      this.#deps.outgoing.ring()
    })
    this.#busy.set(work, row.id)
  }

  /** False: it ended without a known result. */
  async #attempt(lane: SmtpLane, row: OutboxMessage): Promise<boolean> {
    const { health, clock, events } = this.#deps
    const started = performance.now()
    try {
      const { serverDown } = await attemptDelivery(this.#deps, lane, row, this.#cut.signal)
      this.#lastMs = performance.now() - started
      if (serverDown !== null) {
        this.#openCircuit(serverDown)
        return true
      }
      if (this.#failures > 0) events.smtpRecovered(this.#inbox.name)
      this.#failures = 0
      health.succeeded(this.#inbox.name, 'smtp', clock.now())
      return true
    } catch (err) {
      this.#failed('delivery', err)
      return false
    }
  }

  #openCircuit({ code, reply, needsReauth }: ServerDown): void {
    if (this.#signal.aborted) return
    const { clock, random, health, events } = this.#deps
    const now = clock.now()
    // Several lanes fail together when a server goes away: that is one failure.
    if (this.#isClosed(now.getTime())) return
    this.#failures += 1
    const delay = circuitDelayMs(this.#failures, code, random())
    this.#closed = { from: now.getTime(), until: now.getTime() + delay }
    const { host, port } = this.#inbox.smtp
    const error = needsReauth ? reply : `${host}:${port} cannot be used: ${reply}`
    const state = needsReauth ? 'needs_reauth' : 'error'
    const failure = { error, state, nextRetryAt: new Date(this.#closed.until) } as const
    health.failed(this.#inbox.name, 'smtp', failure, now)
    events.smtpUnavailable(this.#inbox.name, `${host}:${port} ${code ?? 'no answer'}`, delay)
  }

  /** Beside the sending: it asks another server. */
  async #decideUncertain(now: Date): Promise<void> {
    if (this.#deciding !== null) return
    // While lanes have their next ones in hand nobody goes to the database for this alone.
    if (this.#ahead.length > 0 && this.#ahead.length >= this.#mayStart(now)) return
    if (!(await hasUndecided(this.#deps.store.read, this.#inboxId, now))) return
    const which = { inbox: this.#inbox, inboxId: this.#inboxId }
    this.#deciding = decideUncertain(this.#deps, which, this.#signal)
      .catch((err: unknown) => {
        this.#failed('uncertain deliveries', err)
        return pause(AFTER_ERROR_MS, this.#signal)
      })
      .finally(() => {
        this.#deciding = null
        this.#deps.outgoing.ring()
      })
  }

  /** Whoever waits for it goes on; a damaged database ends the loop. */
  #failed(what: string, err: unknown): void {
    this.#fatal = err
    if (isDatabaseDown(err)) this.#deps.events.databaseUnavailable(what, err)
    else this.#deps.events.loopFailed(what, err)
  }

  async #somethingHappens(): Promise<void> {
    const now = this.#deps.clock.now().getTime()
    // A lane that becomes free has its next one in hand already.
    if (this.#ahead.length > 0 && this.#mayStart(new Date(now)) === 0) {
      await this.#deps.outgoing.wait(IDLE_MS, this.#signal)
      return
    }
    const due = await nextDeliveryDue(this.#deps.store.read, this.#inboxId)
    const waits = [IDLE_MS, this.#pace.waitMs(now)]
    if (this.#isClosed(now)) waits.push(this.#closed.until - now)
    else if (due !== null && this.#mayStart(new Date(now)) > 0) waits.push(due.getTime() - now)
    // What is being looked for may be due, and is not to be looked at again before that has ended.
    const least = this.#deciding === null ? 5 : DECIDING_MS
    await this.#deps.outgoing.wait(Math.max(least, Math.min(...waits)), this.#signal)
  }
}
