/** Two whole daemons on one PostgreSQL and one inbox: killed, stopped, and asked to leave. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { type MailWorld, startMailWorld } from '../../src/demo/mail-world.ts'
import { loadLifecycle } from '../../src/lifecycles.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { brokenInvariants } from '../../src/store/reads/invariants.ts'
import { onPostgres } from '../kit/databases.ts'
import type { LeasedDaemonOrder } from '../kit/leased-daemon.ts'
import { until as untilWithin } from '../kit/running-desk.ts'

const SUPPORT = 'support@acme.test'
const PASSWORD = 'secret'
const LEASE = { holdMs: 1_500, beatMs: 400, lookMs: 200 }
const CHILD = join(import.meta.dirname, '..', 'kit', 'leased-daemon.ts')

interface Daemon {
  readonly child: ChildProcess
  /** Part of its name in leases. */
  readonly dataDir: string
}

/** Each starts two whole daemons. */
const PATIENCE_MS = 180_000
/** One that is stopped within a transaction keeps its locks for half a minute. */
const LOCKED_MS = 50_000

const until: typeof untilWithin = (what, find) => untilWithin(what, find, 50, LOCKED_MS)

describe('several daemons on one PostgreSQL', { timeout: PATIENCE_MS }, () => {
  const fresh = onPostgres()
  let world: MailWorld
  let store: Store
  let daemons: [Daemon, Daemon]
  let sent = 0

  const start = async (url: string, dataDir: string): Promise<Daemon> => {
    mkdirSync(dataDir, { recursive: true })
    const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: PASSWORD }
    const config = {
      listen: '127.0.0.1:0',
      data_dir: dataDir,
      database: url,
      acknowledgement: { budget: 'unlimited' },
      flood: 'unlimited',
      inboxes: [
        {
          name: 'Support',
          address: SUPPORT,
          imap: { ...account, port: world.imap.port },
          smtp: { ...account, port: world.smtp.port },
        },
      ],
    }
    const child = fork(CHILD)
    const order: LeasedDaemonOrder = { config, baseDir: dataDir, lease: LEASE }
    const started = once(child, 'message')
    child.send(order)
    await started
    store ??= await openStore(configFrom(config, { env: {}, baseDir: dataDir }).database)
    return { child, dataDir }
  }

  beforeEach(async () => {
    sent = 0
    world = await startMailWorld({ accounts: { [SUPPORT]: PASSWORD } })
    const { url, dataDir } = await fresh()
    daemons = [await start(url, join(dataDir, 'one')), await start(url, join(dataDir, 'two'))]
  }, 60_000)

  afterEach(async () => {
    for (const { child } of daemons) await end(child, 'SIGKILL')
    await store.close()
    store = undefined as unknown as Store
    await world.close()
  })

  const mails = (count: number): void => {
    for (let i = 0; i < count; i += 1) {
      sent += 1
      const lines = [
        `From: <customer${sent}@example.org>`,
        `To: ${SUPPORT}`,
        `Subject: Request ${sent}`,
        `Message-ID: <several-${sent}@example.org>`,
        '',
        `This is mail ${sent}.`,
        '',
      ]
      world.imap.deliver(SUPPORT, lines.join('\r\n'))
    }
  }

  const allTaken = () =>
    until('all mail', async () => {
      const rows: { fate: string }[] = await store.read('inbound_messages').select('fate')
      return rows.length === sent && rows.every(({ fate }) => fate === 'ticket')
    })

  const allOnce = async (): Promise<void> => {
    await allTaken()
    const ids: { message_id: string }[] = await store.read('comments').select('message_id')
    const wanted = Array.from({ length: sent }, (_, i) => `several-${i + 1}@example.org`)
    expect(ids.map((row) => row.message_id).toSorted()).toEqual(wanted.toSorted())
    const outcomes = await until('the answers', async () => {
      const rows: { rcpt_to: string; outcome: string }[] = await store
        .read('outbox')
        .select('rcpt_to', 'outcome')
      return rows.every(({ outcome }) => ['sent', 'uncertain'].includes(outcome)) ? rows : null
    })
    expect(outcomes).toHaveLength(sent)
    // What is said to be sent was; what is uncertain may have been; nothing was twice.
    const answered = world.smtp.received.flatMap(({ envelope }) => envelope.rcptTo)
    expect(new Set(answered).size).toBe(answered.length)
    const told = outcomes.filter(({ outcome }) => outcome === 'sent').map((row) => row.rcpt_to)
    expect(told.filter((address) => !answered.includes(address))).toEqual([])
    expect(await brokenInvariants(store.read, loadLifecycle('default'))).toEqual([])
  }

  /** Who fetches now, and who does not. */
  const roles = async (): Promise<{ holder: Daemon; other: Daemon }> => {
    const row = await until('a holder', () =>
      store.read('inbox_leases').where('held_until', '>', 0).first<{ owner: string }>('owner'),
    )
    const [one, two] = daemons
    return row.owner.includes(one.dataDir)
      ? { holder: one, other: two }
      : { holder: two, other: one }
  }

  const untilHeldBy = (daemon: Daemon) =>
    until('the takeover', async () => (await roles()).holder === daemon)

  test('mail flows once; another takes over from one that was killed', async () => {
    mails(20)
    await allTaken()
    const { holder, other } = await roles()
    expect(await epoch(store)).toBe(1)
    mails(20)
    await end(holder.child, 'SIGKILL')
    mails(5)
    await untilHeldBy(other)
    await allOnce()
  })

  test('one that stood still for long writes nothing when it goes on', async () => {
    mails(5)
    await allTaken()
    const { holder, other } = await roles()
    holder.child.kill('SIGSTOP')
    mails(10)
    await untilHeldBy(other)
    await allTaken()
    holder.child.kill('SIGCONT')
    mails(10)
    await allTaken()
    // Long enough for several of its heartbeats.
    await delay(2 * LEASE.beatMs)
    expect((await roles()).holder).toBe(other)
    await allOnce()
  })

  test('one that is asked to leave hands over at once', async () => {
    mails(5)
    await allTaken()
    const { holder, other } = await roles()
    const before = await epoch(store)
    await end(holder.child, 'SIGTERM')
    expect(holder.child.exitCode).toBe(0)
    await untilHeldBy(other)
    expect(await epoch(store)).toBe(before + 1)
    mails(5)
    await allOnce()
  })
})

const epoch = async (store: Store): Promise<number> =>
  (await store.read('inbox_leases').first<{ epoch: number }>('epoch')).epoch

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
