/**
 * What Prometheus is told. Names and labels are a contract: dashboards and
 * alerts of other people hang on them. Counters count what this process did; see metric-gauges.ts
 * for what is read from the database. Labels have few values, and never addresses or texts.
 */
import { Instruments } from './metric-instruments.ts'
import { type StoredGauges, StoredMetrics } from './metric-gauges.ts'

/** What the world calls an inbox. */
const INBOX = 'mailbox'
const MINUTE = 60
const HOUR = 60 * MINUTE

export interface TakenMail {
  readonly inbox: string
  readonly fate: string
  readonly verdict: string
  /** Why the sender is not acknowledged, in a word; null: he is, or was before. */
  readonly unanswered: string | null
  readonly bytes: number
  /** From the server's receipt to our commit; null: the server did not say when. */
  readonly lagMs: number | null
}

export interface InboxGauges {
  readonly name: string
  readonly state: string
  readonly lastSuccessAt: Date | null
}

const CONNECTION_STATES = [
  'connecting',
  'connected',
  'error',
  'needs_reauth',
  'paused',
  'standby',
  'stopped',
]
const RESULTS: Readonly<Record<string, string>> = { ticket: 'new_ticket' }

export class Metrics {
  readonly #made = new Instruments()
  readonly #stored = new StoredMetrics(this.#made)
  readonly #received = this.#made.counter('mail_received_total', 'Messages that were decided', [
    INBOX,
    'result',
  ])
  readonly #ignored = this.#made.counter(
    'mail_ignored_total',
    'Messages nothing came of, by verdict',
    ['reason'],
  )
  readonly #loops = this.#made.counter('mail_loop_detected_total', 'Own mail that came back', [
    'kind',
  ])
  readonly #bounced = this.#made.counter('mail_bounced_total', 'Reports of mail that came back', [
    'class',
  ])
  readonly #failedTakes = this.#made.counter(
    'mail_failed_total',
    'Attempts to decide that failed',
    [],
  )
  readonly #lag = this.#made.histogram(
    'mail_ingest_lag_seconds',
    'From the arrival at the server to the ticket',
    [INBOX],
    [0.5, 1, 2, 5, 10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR],
  )
  readonly #size = this.#made.histogram(
    'mail_size_bytes',
    'Size of messages',
    [],
    [1e3, 1e4, 1e5, 1e6, 1e7, 5e7],
  )
  readonly #unanswered = this.#made.counter(
    'autoreply_suppressed_total',
    'Messages that are not acknowledged, by verdict or restraint',
    ['reason'],
  )
  readonly #parses = this.#made.histogram(
    'mail_parse_duration_seconds',
    'From the bytes of a message to its parts, waiting included',
    [],
    [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30],
  )
  readonly #polls = this.#made.histogram(
    'mailbox_poll_duration_seconds',
    'Looking for new mail and storing it',
    [INBOX],
    [0.005, 0.02, 0.1, 0.5, 2, 10, MINUTE],
  )
  readonly #wakeups = this.#made.counter(
    'mailbox_idle_wakeups_total',
    'News that the server told by itself',
    [INBOX],
  )
  readonly #leases = this.#made.gauge('lease_held', 'Does this daemon fetch the inbox?', [INBOX])
  readonly #deliveries = this.#made.histogram(
    'smtp_delivery_duration_seconds',
    'From the first command of an attempt to its outcome',
    ['result'],
    [0.01, 0.05, 0.2, 1, 5, 30, 2 * MINUTE, 10 * MINUTE],
  )
  readonly #transactions = this.#made.histogram(
    'db_query_duration_seconds',
    'Transactions, from being asked for to being durable',
    ['op'],
    [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
  )
  readonly #firstResponses = this.#made.histogram(
    'ticket_first_response_seconds',
    'From the opening of a ticket to the first answer',
    [],
    [5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR, 72 * HOUR],
  )
  readonly #reconnects = this.#made.counter('mailbox_reconnects_total', 'Sessions that broke', [
    INBOX,
    'reason',
  ])
  readonly #sent = this.#made.counter('mail_sent_total', 'Attempts to send, by how they went', [
    'result',
    'kind',
  ])
  readonly #requests = this.#made.counter('http_requests_total', 'Answered requests', [
    'route',
    'method',
    'code',
  ])
  readonly #durations = this.#made.histogram(
    'http_request_duration_seconds',
    'From a request to the beginning of its answer',
    ['route'],
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  )
  readonly #logins = this.#made.counter('login_failures_total', 'Refused logins', ['reason'])
  readonly #streams = this.#made.gauge('sse_connections', 'Open streams of events')
  readonly #webhooks = this.#made.counter('webhook_deliveries_total', 'Attempts to tell webhooks', [
    'result',
  ])
  readonly #jobs = this.#made.counter('job_runs_total', 'Runs of jobs and failed turns of loops', [
    'job',
    'result',
  ])
  readonly #created = this.#made.counter('tickets_created_total', 'Opened tickets', ['source'])
  readonly #closed = this.#made.counter('tickets_closed_total', 'Tickets that were closed', [])
  readonly #reopened = this.#made.counter(
    'tickets_reopened_total',
    'Closed tickets that opened',
    [],
  )
  readonly #up = this.#made.gauge('mailbox_up', 'Is the inbox connected?', [INBOX])
  readonly #state = this.#made.gauge('mailbox_state', '1 for the state it is in', [INBOX, 'state'])
  readonly #success = this.#made.gauge(
    'mailbox_last_success_timestamp_seconds',
    'When the inbox was last looked at',
    [INBOX],
  )

  constructor({ version, database }: { version: string; database: string }) {
    const info = this.#made.gauge('build_info', 'What runs here', ['version', 'node', 'db'])
    info.set({ version, node: process.versions.node, db: database }, 1)
    this.#made.gauge('up', 'This process answers').set(1)
    for (const counter of [this.#closed, this.#reopened, this.#failedTakes]) counter.inc(0)
  }

  taken({ inbox, fate, verdict, unanswered, bytes, lagMs }: TakenMail): void {
    this.#received.inc({ [INBOX]: inbox, result: RESULTS[fate] ?? fate })
    this.#size.observe(bytes)
    if (lagMs !== null) this.#lag.observe({ [INBOX]: inbox }, Math.max(0, lagMs) / 1_000)
    if (unanswered !== null) this.#unanswered.inc({ reason: unanswered })
    if (fate === 'system' || fate === 'ignored') this.#ignored.inc({ reason: verdict })
    if (verdict === 'loop' || verdict === 'own') this.#loops.inc({ kind: verdict })
    if (verdict === 'bounce') this.#bounced.inc({ class: fate === 'system' ? 'matched' : 'other' })
  }

  takeFailed(): void {
    this.#failedTakes.inc()
  }

  /** @param ms null: the daemon died on the way */
  sent(
    result: 'sent' | 'postponed' | 'failed' | 'uncertain',
    { kind, ms }: { kind: string; ms: number | null },
  ): void {
    this.#sent.inc({ result, kind })
    if (ms !== null) this.#deliveries.observe({ result }, ms / 1_000)
  }

  parsed(seconds: number): void {
    this.#parses.observe(seconds)
  }

  looked(inbox: string, ms: number): void {
    this.#polls.observe({ [INBOX]: inbox }, ms / 1_000)
  }

  woken(inbox: string): void {
    this.#wakeups.inc({ [INBOX]: inbox })
  }

  leased(inbox: string, held: boolean): void {
    this.#leases.set({ [INBOX]: inbox }, held ? 1 : 0)
  }

  committed(seconds: number): void {
    this.#transactions.observe({ op: 'transaction' }, seconds)
  }

  reconnected(inbox: string, reason: string): void {
    this.#reconnects.inc({ [INBOX]: inbox, reason })
  }

  /** @param route the template of the path, never the path itself */
  answered(line: { route: string; method: string; status: number; seconds: number }): void {
    const { route, method, status, seconds } = line
    this.#requests.inc({ route, method, code: String(status) })
    this.#durations.observe({ route }, seconds)
  }

  loginRefused(reason: string): void {
    this.#logins.inc({ reason })
  }

  streaming(change: 1 | -1): void {
    this.#streams.inc(change)
  }

  webhookTold(result: string): void {
    this.#webhooks.inc({ result })
  }

  jobRan(job: string, result: 'ok' | 'failed'): void {
    this.#jobs.inc({ job, result })
  }

  ticketsMoved(moved: {
    created: ReadonlyMap<string, number>
    closed: number
    reopened: number
    firstResponsesS: readonly number[]
  }): void {
    for (const [source, count] of moved.created) this.#created.inc({ source }, count)
    this.#closed.inc(moved.closed)
    this.#reopened.inc(moved.reopened)
    for (const seconds of moved.firstResponsesS) this.#firstResponses.observe(seconds)
  }

  /** Everything as Prometheus reads it. */
  async expose(inboxes: readonly InboxGauges[], stored: StoredGauges | null): Promise<string> {
    for (const { name, state, lastSuccessAt } of inboxes) {
      this.#up.set({ [INBOX]: name }, state === 'connected' ? 1 : 0)
      for (const one of CONNECTION_STATES) {
        this.#state.set({ [INBOX]: name, state: one }, one === state ? 1 : 0)
      }
      const seconds = lastSuccessAt === null ? 0 : lastSuccessAt.getTime() / 1_000
      this.#success.set({ [INBOX]: name }, seconds)
    }
    this.#stored.set(stored)
    return this.#made.registry.metrics()
  }

  get contentType(): string {
    return this.#made.registry.contentType
  }
}
