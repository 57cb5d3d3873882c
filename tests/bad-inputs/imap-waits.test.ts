/** Rows 103-128 of the table of bad inputs: IMAP servers that are waited for, with little patience. */
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { CONNECT, type ImapFault } from '../../src/demo/imap/faults.ts'
import { type ImapServer, startImapServer } from '../../src/demo/imap/server.ts'
import { PATIENCE, type Patience } from '../../src/inbound/fetch-options.ts'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('imap-waits')
const parser = sharedParser(scratch)
const fresh = onSqlite(onDesk)
let desk: RunningDesk
let other: Server | null = null
afterEach(async () => {
  await desk.close()
  other?.close()
  other = null
})
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const LITTLE: Patience = { ...PATIENCE, connectMs: 700, greetingMs: 400, commandMs: 500 }
const SOURCES = /^UID FETCH .*BODY/

async function startImpatient(tree = {}, patience: Partial<Patience> = {}): Promise<void> {
  desk = await startDesk(await fresh(), parser, tree)
  desk.patience = { ...LITTLE, ...patience }
}

const errorOf = (): Promise<string> =>
  until('the connection to fail', () => {
    const health = desk.health.of('Support', 'imap')
    return health?.state === 'error' ? health.error : null
  })

/** As Microsoft 365 says it. */
const throttling = (on: RegExp, ms: number, times: number): ImapFault => ({
  on,
  user: 'support@acme.test',
  times,
  do: 'answer',
  with: `BAD Request is throttled. Suggested Backoff Time: ${ms} milliseconds`,
})

describe('a server that throttles one of two inboxes', () => {
  let server: ImapServer
  afterEach(() => server.close())

  async function startTwo(): Promise<void> {
    const users = { 'support@acme.test': 'secret', 'sales@acme.test': 'secret' }
    server = await startImapServer({ users })
    const inboxes = Object.keys(users).map((user) => {
      const account = { host: '127.0.0.1', tls: 'none', user, password: 'secret' }
      const imap = { ...account, port: server.port }
      return { name: user.split('@')[0], address: user, imap, smtp: { ...account, port: 1 } }
    })
    desk = await startDesk(await fresh(), parser, { inboxes })
  }

  const ASKED: readonly (readonly [ms: number, at: string, on: RegExp])[] = [
    [92_415, 'opening the folder', /^SELECT/],
    [92_415, 'a look', /^UID FETCH 1:\*/],
    [92_415, 'a message', SOURCES],
    [9_000_000_000, 'a look', /^UID FETCH 1:\*/],
    [9_000_000_000, 'a message', SOURCES],
  ]
  test.each(ASKED)(
    'bad input 125: for %d ms at %s is left alone so long, five minutes at most, and the other goes on',
    async (ms, _at, on) => {
      await startTwo()
      server.faults.add(throttling(on, ms, 99))
      server.deliver('support@acme.test', aMail())
      server.deliver('sales@acme.test', aMail())
      desk.start('fetch', 'intake')
      const paused = await until('the pause', () => {
        const health = desk.health.of('support', 'imap')
        return health?.nextRetryAt instanceof Date ? health : null
      })
      expect(paused).toMatchObject({
        state: 'error',
        error: expect.stringContaining('asked too much'),
      })
      const waitsMs = (paused.nextRetryAt?.getTime() ?? 0) - paused.since.getTime()
      expect(waitsMs).toBe(Math.min(ms, 5 * 60_000))
      const [sales] = await desk.untilSettled(1)
      expect(sales).toMatchObject({ fate: 'ticket', inboxId: desk.inboxes[1]?.id })
      expect(
        server.commands.filter(({ text, user }) => user !== 'sales@acme.test' && on.test(text)),
      ).toHaveLength(1)
    },
  )

  test('bad input 125: at the login is not asked for another one meanwhile', async () => {
    await startTwo()
    const { user: _anybody, ...fault } = throttling(/^(?:LOGIN|AUTHENTICATE)/, 92_415, 99)
    server.faults.add(fault)
    desk.start('fetch')
    const paused = await until('the pause', () => desk.health.of('support', 'imap')?.nextRetryAt)
    const waitsMs = paused.getTime() - desk.clock.now().getTime()
    expect(waitsMs).toBeGreaterThan(80_000)
  })

  test('bad input 125: for a moment is asked again after it, and no message is blamed', async () => {
    await startTwo()
    const used = server.faults.add(throttling(SOURCES, 50, 2))
    server.deliver('support@acme.test', aMail())
    desk.start('fetch', 'intake')
    await used.untilUsed(2)
    expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket', attempts: 1 }])
  })
})

describe('a server that', () => {
  test('bad input 103: does not greet is given up, and said so', async () => {
    await startImpatient()
    desk.world.imap.faults.add({ on: CONNECT, times: 99, do: 'stall' })
    desk.start('fetch')
    expect(await errorOf()).toContain('does not greet. Is it an IMAP server?')
  })

  test('bad input 103: is a web server is no mail server', async () => {
    other = createServer((socket: Socket) => {
      socket.on('error', () => {})
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
    })
    await new Promise<void>((resolve) => other?.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    await startImpatient({ inbox: { imap: { port } } })
    desk.start('fetch')
    expect(await errorOf()).toContain('Is it an IMAP server?')
  })

  const WAITS: readonly (readonly [string, ImapFault])[] = [
    ['bad input 106: never answers the login', { on: /^(?:LOGIN|AUTHENTICATE)/, do: 'stall' }],
    ['bad input 122: stops within a FETCH', { on: SOURCES, do: 'stall' }],
    ['bad input 123: drips a message', { on: SOURCES, do: 'drip', bytes: 1, everyMs: 300 }],
    [
      'bad input 128: is gone without a word, in the middle of a look',
      { on: /^UID FETCH 1:\*/, do: 'stall' },
    ],
  ]
  test.each(WAITS)(
    '%s is left, and the mail comes by the next connection',
    async (_what, fault) => {
      await startImpatient()
      desk.arrives(aMail())
      const used = desk.world.imap.faults.add(fault)
      desk.start('fetch', 'intake')
      await used.untilUsed()
      expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket' }])
      expect(desk.events).toContain('inbox.failed')
    },
  )

  test('bad input 126: takes IDLE and never says a word: what comes is found by looking', async () => {
    await startImpatient({}, { pollMs: 300 })
    desk.world.imap.faults.add({ on: /^IDLE/, times: 999, do: 'keep_quiet' })
    const idle = desk.world.imap.untilCommand(/^IDLE/)
    desk.start('fetch', 'intake')
    await idle
    desk.arrives(aMail())
    expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket' }])
  })
})
