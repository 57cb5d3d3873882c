/**
 * The loops of the daemon in this process, against loopback mail servers that misbehave on
 * command: fetch, intake and send, with a clock that runs and can be moved ahead.
 */
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { MailWorld } from '../../src/demo/mail-world.ts'
import { startMailWorld } from '../../src/demo/mail-world.ts'
import { type Failure, undelivered } from '../../src/desk/undelivered.ts'
import { eventsOf } from '../../src/events.ts'
import { Health } from '../../src/health.ts'
import { InboxOrders } from '../../src/inbox-orders.ts'
import { LEASE } from '../../src/inbound/fetch-lease.ts'
import { runFetchAsOrdered } from '../../src/inbound/fetch-orders.ts'
import { PATIENCE, type Patience } from '../../src/inbound/fetch-options.ts'
import { copiesIn } from '../../src/inbound/fetch-sent.ts'
import { runIntake } from '../../src/inbound/intake.ts'
import { openParser, type Parser } from '../../src/inbound/parse.ts'
import type { Logger } from '../../src/log.ts'
import { runSend } from '../../src/outbound/send.ts'
import { Bell } from '../../src/pause.ts'
import { type InboundMessage, listInbound } from '../../src/store/inbound-messages.ts'
import type { Tx } from '../../src/store/open.ts'
import { listOutbox, type OutboxMessage } from '../../src/store/outbox.ts'
import type { TestDatabase } from './databases.ts'
import { type ConfigTree, type Desk, openDesk, SUPPORT } from './desk-context.ts'
import { type MovableClock, movableClock } from './movable-clock.ts'

export type LoopName = 'fetch' | 'intake' | 'send'

export interface RunningDesk extends Desk {
  readonly world: MailWorld
  readonly health: Health
  readonly clock: MovableClock
  /** `event` names of what was logged, oldest first. */
  readonly events: readonly string[]
  readonly outgoing: Bell
  /** How long servers are waited for. */
  patience: Patience
  /** Orders to fetching. */
  readonly orders: InboxOrders
  /** Puts mail into the inbox. */
  arrives(source: string | Buffer, internalDate?: Date): void
  start(...loops: readonly LoopName[]): void
  /** What a loop failed with, as soon as one has. */
  untilFailed(): Promise<unknown>
  /** Ends the loops; the desk stays open, and they can be started again. */
  stop(): Promise<void>
  /** The ledger, oldest first, as soon as it has `count` rows and none is pending. */
  untilSettled(count: number): Promise<InboundMessage[]>
  outbox(): Promise<OutboxMessage[]>
  /** Ends everything. */
  close(): Promise<void>
}

/** Polls until `find` answers with something; fails after `withinMs`. */
export async function until<T>(
  what: string,
  find: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  everyMs = 15,
  withinMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const found = await find()
    if (found !== null && found !== undefined && found !== false) return found
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`)
    await delay(everyMs)
  }
}

/** One parser for a whole file of tests: starting its process takes most of a second. */
export function sharedParser(scratchDir: string): Parser {
  const parser = openParser({ processes: 1, scratchDir: path.join(scratchDir, 'parser') })
  parser.warm()
  return parser
}

export async function startDesk(
  database: TestDatabase,
  parser: Parser,
  tree: ConfigTree & { inbox?: ConfigTree } = {},
): Promise<RunningDesk> {
  const world = await startMailWorld({
    accounts: { [SUPPORT]: 'secret' },
    domains: ['customer.test', 'acme.test', 'stranger.test', 'example.org'],
  })
  const { imap = {}, smtp = {}, ...others } = (tree.inbox ?? {}) as Record<string, object>
  const inbox = {
    imap: { port: world.imap.port, ...imap },
    smtp: { port: world.smtp.port, lanes: 2, ...smtp },
    ...others,
  }
  const desk = await openDesk(database, { ...tree, inbox })
  return runningDesk(desk, world, parser)
}

function runningDesk(desk: Desk, world: MailWorld, parser: Parser): RunningDesk {
  const events: string[] = []
  const clock = movableClock()
  const health = new Health()
  const outgoing = new Bell()
  const orders = new InboxOrders()
  const { store, context } = desk
  const parts = {
    store,
    context,
    clock,
    elapsedMs: () => clock.elapsedMs(),
    health,
    parser,
    outgoing,
    blobs: context.blobs,
    events: eventsOf(listingLog(events)),
    owner: 'test',
    lease: LEASE,
    died: () => Promise.resolve(),
    random: () => 0.5,
    arrived: new Bell(),
    undelivered: (tx: Tx, failure: Failure, at: Date) => undelivered(tx, context, failure, at),
  }
  let running: { stop: AbortController; done: Promise<unknown> } | null = null
  const settings = { patience: PATIENCE }
  const loops = (names: readonly LoopName[], signal: AbortSignal) =>
    desk.config.inboxes.flatMap((inbox, index) => {
      const id = desk.inboxes[index]?.id ?? 0
      return [
        ...(names.includes('fetch')
          ? [
              runFetchAsOrdered(
                { ...parts, ...settings },
                { inbox, inboxId: id, order: orders.of(id) },
                signal,
              ),
            ]
          : []),
        ...(names.includes('send')
          ? [runSend({ ...parts, findCopies: copiesIn(inbox.imap) }, inbox, id, signal)]
          : []),
        ...(names.includes('intake') && index === 0 ? [runIntake(parts, signal)] : []),
      ]
    })
  const stop = async (): Promise<void> => {
    const ending = running
    running = null
    ending?.stop.abort()
    await ending?.done
  }
  return {
    ...desk,
    world,
    health,
    clock,
    events,
    outgoing,
    orders,
    get patience() {
      return settings.patience
    },
    set patience(patience) {
      settings.patience = patience
    },
    stop,
    async untilFailed() {
      return running?.done.then(
        () => null,
        (err: unknown) => err,
      )
    },
    arrives(source, internalDate) {
      world.imap.deliver(SUPPORT, source, internalDate === undefined ? {} : { internalDate })
    },
    start(...names) {
      const controller = new AbortController()
      const done = Promise.all(loops(names, controller.signal))
      done.catch(() => {
        // Told by untilFailed(), and by stop().
      })
      running = { stop: controller, done }
    },
    untilSettled: (count) =>
      until(`${count} settled messages`, async () => {
        const rows = (await listInbound(store.read, { limit: 200 })).toReversed()
        const settled = rows.every(({ fate }) => fate !== 'pending')
        return rows.length >= count && settled ? rows : null
      }),
    outbox: async () => (await listOutbox(store.read, { limit: 200 })).toReversed(),
    async close() {
      await stop()
      await desk.close()
      await world.close()
    },
  }
}

function listingLog(events: string[]): Logger {
  const note = (fields: object): void => {
    if ('event' in fields) events.push(String(fields.event))
    if ('err' in fields && process.env.POSTROOM_KEEP === '1') {
      process.stderr.write(`${JSON.stringify(fields)} ${String(fields.err)}\n`)
    }
  }
  const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log }
  return log
}
