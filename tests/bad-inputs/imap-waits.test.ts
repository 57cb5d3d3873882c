/** Rows 103-128 of the table of bad inputs: IMAP servers that are waited for, with little patience. */
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { CONNECT, type ImapFault } from '../../src/demo/imap/faults.ts'
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
