/**
 * What Prometheus is told (prom-client's only door). Names and labels are a contract: dashboards and
 * alerts of other people hang on them. Counters count what this process did; gauges are read from
 * the database when somebody asks. Labels have few values, and never addresses or texts.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What the world calls an inbox. */
const INBOX = 'mailbox'
const MINUTE = 60
const HOUR = 60 * MINUTE

export interface TakenMail {
  readonly inbox: string
  readonly fate: string
  readonly verdict: string
  readonly bytes: number
  /** From the server's receipt to our commit; null: the server did not say when. */
  readonly lagMs: number | null
}

export interface InboxGauges {
  readonly name: string
  readonly state: string
  readonly lastSuccessAt: Date | null
}

/** What only the database knows. */
export interface StoredGauges {
  readonly ticketsByStatus: ReadonlyMap<string, number>
  /** Seconds; 0: nobody waits. */
  readonly oldestWaitingS: number
  readonly outboxByState: ReadonlyMap<string, number>
  readonly outboxOldestS: number
  readonly quarantined: number
  readonly stuck: number
  readonly webhookQueue: number
  readonly databaseBytes: number
  readonly walBytes: number
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
  readonly #registry = new Registry()
  readonly #received = this.#counter('mail_received_total', 'Messages that were decided', [
    INBOX,
    'result',
  ])
  readonly #ignored = this.#counter('mail_ignored_total', 'Messages nothing came of, by verdict', [
    'reason',
  ])
  readonly #loops = this.#counter('mail_loop_detected_total', 'Own mail that came back', ['kind'])
  readonly #bounced = this.#counter('mail_bounced_total', 'Reports of mail that came back', [
    'class',
  ])
  readonly #failedTakes = this.#counter('mail_failed_total', 'Attempts to decide that failed', [])
  readonly #lag = this.#histogram(
    'mail_ingest_lag_seconds',
    'From the arrival at the server to the ticket',
    [INBOX],
    [0.5, 1, 2, 5, 10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR],
  )
  readonly #size = this.#histogram(
    'mail_size_bytes',
    'Size of messages',
    [],
    [1e3, 1e4, 1e5, 1e6, 1e7, 5e7],
  )
  readonly #reconnects = this.#counter('mailbox_reconnects_total', 'Sessions that broke', [
    INBOX,
    'reason',
  ])
  readonly #sent = this.#counter('mail_sent_total', 'Attempts to send, by how they went', [
    'result',
    'kind',
  ])
  readonly #requests = this.#counter('http_requests_total', 'Answered requests', [
    'route',
    'method',
    'code',
  ])
  readonly #durations = this.#histogram(
    'http_request_duration_seconds',
    'From a request to the beginning of its answer',
    ['route'],
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  )
  readonly #logins = this.#counter('login_failures_total', 'Refused logins', ['reason'])
  readonly #streams = this.#gauge('sse_connections', 'Open streams of events')
  readonly #webhooks = this.#counter('webhook_deliveries_total', 'Attempts to tell webhooks', [
    'result',
  ])
  readonly #jobs = this.#counter('job_runs_total', 'Runs of jobs and failed turns of loops', [
    'job',
    'result',
  ])
  readonly #created = this.#counter('tickets_created_total', 'Opened tickets', ['source'])
  readonly #closed = this.#counter('tickets_closed_total', 'Tickets that were closed', [])
  readonly #reopened = this.#counter('tickets_reopened_total', 'Closed tickets that opened', [])
  readonly #up = this.#gauge('mailbox_up', 'Is the inbox connected?', [INBOX])
  readonly #state = this.#gauge('mailbox_state', '1 for the state it is in', [INBOX, 'state'])
  readonly #success = this.#gauge(
    'mailbox_last_success_timestamp_seconds',
    'When the inbox was last looked at',
    [INBOX],
  )
  readonly #tickets = this.#gauge('tickets', 'Tickets by status', ['status'])
  readonly #waiting = this.#gauge('ticket_oldest_waiting_seconds', 'How long somebody has waited')
  readonly #outbox = this.#gauge('outbox_messages', 'Owed mail by state', ['state'])
  readonly #outboxAge = this.#gauge('outbox_oldest_age_seconds', 'Age of the oldest queued mail')
  readonly #quarantine = this.#gauge('quarantine_messages', 'Messages a person must look at')
  readonly #stuck = this.#gauge('incoming_stuck_messages', 'Messages that should be decided by now')
  readonly #webhookQueue = this.#gauge('webhook_queue', 'Notices that webhooks are owed')
  readonly #databaseSize = this.#gauge('db_size_bytes', 'Size of the database')
  readonly #walSize = this.#gauge('wal_size_bytes', 'Size of SQLite’s write-ahead log')

  constructor({ version, database }: { version: string; database: string }) {
    collectDefaultMetrics({ register: this.#registry })
    const info = this.#gauge('build_info', 'What runs here', ['version', 'node', 'db'])
    info.set({ version, node: process.versions.node, db: database }, 1)
    this.#gauge('up', 'This process answers').set(1)
    for (const counter of [this.#closed, this.#reopened, this.#failedTakes]) counter.inc(0)
  }

  taken({ inbox, fate, verdict, bytes, lagMs }: TakenMail): void {
    this.#received.inc({ [INBOX]: inbox, result: RESULTS[fate] ?? fate })
    this.#size.observe(bytes)
    if (lagMs !== null) this.#lag.observe({ [INBOX]: inbox }, Math.max(0, lagMs) / 1_000)
    if (fate === 'system' || fate === 'ignored') this.#ignored.inc({ reason: verdict })
    if (verdict === 'loop' || verdict === 'own') this.#loops.inc({ kind: verdict })
    if (verdict === 'bounce') this.#bounced.inc({ class: fate === 'system' ? 'matched' : 'other' })
  }

  takeFailed(): void {
    this.#failedTakes.inc()
  }

  sent(result: 'sent' | 'postponed' | 'failed' | 'uncertain', kind: string): void {
    this.#sent.inc({ result, kind })
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
  }): void {
    for (const [source, count] of moved.created) this.#created.inc({ source }, count)
    this.#closed.inc(moved.closed)
    this.#reopened.inc(moved.reopened)
  }

  /** Everything as Prometheus reads it. */
  async expose(inboxes: readonly InboxGauges[], stored: StoredGauges): Promise<string> {
    for (const { name, state, lastSuccessAt } of inboxes) {
      this.#up.set({ [INBOX]: name }, state === 'connected' ? 1 : 0)
      for (const one of CONNECTION_STATES) {
        this.#state.set({ [INBOX]: name, state: one }, one === state ? 1 : 0)
      }
      const seconds = lastSuccessAt === null ? 0 : lastSuccessAt.getTime() / 1_000
      this.#success.set({ [INBOX]: name }, seconds)
    }
    for (const [status, count] of stored.ticketsByStatus) this.#tickets.set({ status }, count)
    for (const [state, count] of stored.outboxByState) this.#outbox.set({ state }, count)
    this.#waiting.set(stored.oldestWaitingS)
    this.#outboxAge.set(stored.outboxOldestS)
    this.#quarantine.set(stored.quarantined)
    this.#stuck.set(stored.stuck)
    this.#webhookQueue.set(stored.webhookQueue)
    this.#databaseSize.set(stored.databaseBytes)
    this.#walSize.set(stored.walBytes)
    return this.#registry.metrics()
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  #counter(name: string, help: string, labelNames: readonly string[]): Counter {
    const registers = [this.#registry]
    return new Counter({ name: `postroom_${name}`, help, labelNames: [...labelNames], registers })
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    const registers = [this.#registry]
    return new Gauge({ name: `postroom_${name}`, help, labelNames: [...labelNames], registers })
  }

  #histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
    buckets: readonly number[],
  ): Histogram {
    return new Histogram({
      name: `postroom_${name}`,
      help,
      labelNames: [...labelNames],
      buckets: [...buckets],
      registers: [this.#registry],
    })
  }
}
