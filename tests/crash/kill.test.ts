/**
 * kill -9 at random while a thousand mails come in and their acknowledgements go out: nothing is
 * lost, nothing is done twice, and what could not be known is said to be uncertain.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { startMailWorld } from '../../src/demo/mail-world.ts'
import { loadLifecycle } from '../../src/lifecycles.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { brokenInvariants, damageOf } from '../../src/store/reads/invariants.ts'
import { type FreshDatabase, onPostgres, onSqlite } from '../kit/databases.ts'
import { KillableDaemon } from '../kit/killable-daemon.ts'

const KILLS = Number(process.env['POSTROOM_CRASH_KILLS'] ?? 20)
const MAILS = Number(process.env['POSTROOM_CRASH_MAILS'] ?? 1_000)
const PASSWORD = 'secret'
const SUPPORT = 'support@acme.test'
/** Lanes of the sender: at most so many deliveries are between dot and reply at a kill. */
const LANES = 5
/** Replies to one's own mail, which must thread although the daemon died between the two. */
const REPLY_EVERY = 5

const customer = (index: number) => `customer${index}@example.org`

function mail(index: number): string {
  const parent = index % REPLY_EVERY === REPLY_EVERY - 1 ? index - 1 : null
  const from = customer(parent ?? index)
  return [
    `From: <${from}>`,
    `To: ${SUPPORT}`,
    `Subject: Request ${index}`,
    `Message-ID: <crash-${index}@example.org>`,
    ...(parent === null ? [] : [`In-Reply-To: <crash-${parent}@example.org>`]),
    '',
    `This is mail ${index}. ${'It goes on for a while. '.repeat(index % 40)}`,
    '',
  ].join('\r\n')
}

async function rows<T>(store: Store, table: string, columns: readonly string[]): Promise<T[]> {
  const found: unknown = await store.read(table).select([...columns])
  return found as T[]
}

function configOf(url: string, dataDir: string, world: Awaited<ReturnType<typeof startMailWorld>>) {
  const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: PASSWORD }
  return {
    listen: '127.0.0.1:0',
    data_dir: dataDir,
    database: url,
    acknowledgement: { budget: 'unlimited' },
    flood: 'unlimited',
    log: { level: 'warn' },
    inboxes: [
      {
        name: 'Support',
        address: SUPPORT,
        imap: { ...account, port: world.imap.port },
        smtp: { ...account, port: world.smtp.port, lanes: LANES },
      },
    ],
  }
}

/** Everything has its fate, and nothing is on its way any more. */
async function drained(store: Store): Promise<boolean> {
  const ledger = await rows<{ fate: string }>(store, 'inbound_messages', ['fate'])
  if (ledger.length < MAILS || ledger.some(({ fate }) => fate === 'pending')) return false
  const outbox = await rows<{ outcome: string }>(store, 'outbox', ['outcome'])
  return outbox.every(({ outcome }) => !['queued', 'sending', 'ending'].includes(outcome))
}

function suite(fresh: FreshDatabase): void {
  test(`${KILLS} kills during ${MAILS} mails`, async () => {
    const { url, dataDir } = await fresh()
    const world = await startMailWorld({ accounts: { [SUPPORT]: PASSWORD } })
    const config = configOf(url, dataDir, world)
    const daemon = new KillableDaemon(dataDir, config)
    const { database } = configFrom(config, { env: {}, baseDir: dataDir })
    try {
      daemon.start()
      for (let kill = 0; kill < KILLS; kill += 1) {
        const upTo = Math.ceil((MAILS * (kill + 1)) / KILLS)
        for (let i = Math.ceil((MAILS * kill) / KILLS); i < upTo; i += 1) {
          world.imap.deliver(SUPPORT, mail(i))
        }
        // Long enough to be anywhere between start-up and the end of the batch.
        await delay(400 + Math.random() * 1_800)
        await daemon.kill()
        daemon.start()
      }
      const store = await openStore(database)
      try {
        await expect.poll(() => drained(store), { timeout: 300_000, interval: 500 }).toBe(true)
        await daemon.stop()
        await everythingOnce(
          store,
          world.smtp.received.flatMap(({ envelope }) => envelope.rcptTo),
        )
      } finally {
        await store.close()
      }
    } finally {
      await daemon.kill()
      await world.close()
    }
  })
}

async function everythingOnce(store: Store, delivered: readonly string[]): Promise<void> {
  expect(await brokenInvariants(store.read, loadLifecycle('default'))).toEqual([])
  expect(await damageOf(store)).toEqual([])
  const comments = await rows<{ message_id: string; ticket_id: number }>(store, 'comments', [
    'message_id',
    'ticket_id',
  ])
  const ids = comments.map(({ message_id }) => message_id).toSorted()
  const wanted = Array.from({ length: MAILS }, (_, i) => `crash-${i}@example.org`).toSorted()
  expect(ids).toEqual(wanted)

  const ticketOf = new Map(comments.map((row) => [row.message_id, row.ticket_id]))
  const openings = wanted.filter((id) => !isReply(id))
  expect(new Set(openings.map((id) => ticketOf.get(id))).size).toBe(openings.length)
  for (const id of wanted.filter(isReply)) {
    expect(ticketOf.get(id)).toBe(ticketOf.get(`crash-${numberOf(id) - 1}@example.org`))
  }
  expect(await rows(store, 'tickets', ['id'])).toHaveLength(openings.length)

  const outbox = await rows<{ rcpt_to: string; outcome: string }>(store, 'outbox', [
    'rcpt_to',
    'outcome',
  ])
  expect(outbox.map((row) => row.rcpt_to).toSorted()).toEqual(
    openings.map((id) => customer(numberOf(id))).toSorted(),
  )
  const twice = delivered.filter((address, index) => delivered.indexOf(address) !== index)
  expect(twice).toEqual([])
  const uncertain = outbox.filter((row) => row.outcome === 'uncertain')
  expect(outbox.filter((row) => !['sent', 'uncertain'].includes(row.outcome))).toEqual([])
  expect(uncertain.length).toBeLessThanOrEqual(KILLS * LANES)
  const silent = outbox.filter((row) => row.outcome === 'sent' && !delivered.includes(row.rcpt_to))
  expect(silent).toEqual([])
}

const numberOf = (id: string): number => Number(/\d+/.exec(id)?.[0])
const isReply = (id: string): boolean => numberOf(id) % REPLY_EVERY === REPLY_EVERY - 1

describe('a daemon on SQLite', () => suite(onSqlite()))
describe('a daemon on PostgreSQL', () => suite(onPostgres()))
