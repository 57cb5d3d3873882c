/** What /metrics read from the database when somebody asks. */
import type { Instruments } from './metric-instruments.ts'

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
  /** When each task last went well, in ms; those that never did are absent. */
  readonly upkeepAt: ReadonlyMap<string, number>
  /** Of this process so far. */
  readonly contentions: number
}

export class StoredMetrics {
  readonly #up
  readonly #busy
  readonly #tickets
  readonly #waiting
  readonly #outbox
  readonly #outboxAge
  readonly #quarantine
  readonly #stuck
  readonly #webhookQueue
  readonly #databaseSize
  readonly #walSize
  readonly #upkeep

  constructor(made: Instruments) {
    this.#up = made.gauge(
      'db_up',
      'Does the database answer? If not, what it knows is as of before',
    )
    this.#busy = made.counter(
      'db_busy_total',
      'Statements refused for a lock or change of somebody else',
      [],
    )
    this.#tickets = made.gauge('tickets', 'Tickets by status', ['status'])
    this.#waiting = made.gauge('ticket_oldest_waiting_seconds', 'How long somebody has waited')
    this.#outbox = made.gauge('outbox_messages', 'Owed mail by state', ['state'])
    this.#outboxAge = made.gauge('outbox_oldest_age_seconds', 'Age of the oldest queued mail')
    this.#quarantine = made.gauge('quarantine_messages', 'Messages a person must look at')
    this.#stuck = made.gauge('incoming_stuck_messages', 'Messages that should be decided by now')
    this.#webhookQueue = made.gauge('webhook_queue', 'Notices that webhooks are owed')
    this.#databaseSize = made.gauge('db_size_bytes', 'Size of the database')
    this.#walSize = made.gauge('wal_size_bytes', 'Size of SQLite’s write-ahead log')
    this.#upkeep = made.gauge(
      'upkeep_last_success_timestamp_seconds',
      'When "postroom backup" and "postroom verify" last went well',
      ['task'],
    )
  }

  /** Null: the database does not answer. */
  set(stored: StoredGauges | null): void {
    this.#up.set(stored === null ? 0 : 1)
    if (stored === null) return
    for (const [status, count] of stored.ticketsByStatus) this.#tickets.set({ status }, count)
    for (const [state, count] of stored.outboxByState) this.#outbox.set({ state }, count)
    this.#waiting.set(stored.oldestWaitingS)
    this.#outboxAge.set(stored.outboxOldestS)
    this.#quarantine.set(stored.quarantined)
    this.#stuck.set(stored.stuck)
    this.#webhookQueue.set(stored.webhookQueue)
    this.#databaseSize.set(stored.databaseBytes)
    this.#walSize.set(stored.walBytes)
    for (const [task, ms] of stored.upkeepAt) this.#upkeep.set({ task }, ms / 1_000)
    this.#busy.reset()
    this.#busy.inc(stored.contentions)
  }
}
