/** Some of rows 108-137 of the table of bad inputs: folders and numbers that are not what they should be. */
import { ImapFlow } from 'imapflow'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { CONNECT, type ImapFault } from '../../src/demo/imap/faults.ts'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk, SUPPORT } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('bad-folder')
const parser = sharedParser(scratch)
const fresh = onSqlite(onDesk)
let desk: RunningDesk
afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const SELECT = /^SELECT/
const DAY_MS = 24 * 3_600_000

/** The connection breaks, and there is another one. */
async function reconnected(): Promise<void> {
  const { imap } = desk.world
  const selected = imap.untilCommand(SELECT)
  imap.dropConnections()
  await selected
}

const ticketCount = async (): Promise<number> => (await desk.store.read('tickets').select()).length

describe('numbers', () => {
  const VALIDITY: readonly (readonly [string, ImapFault])[] = [
    ['is missing', { on: SELECT, do: 'omit', lines: /UIDVALIDITY/ }],
    ['is a word', { on: SELECT, do: 'rewrite', from: /UIDVALIDITY \d+/, to: 'UIDVALIDITY abc' }],
    ['is 0', { on: SELECT, do: 'rewrite', from: /UIDVALIDITY \d+/, to: 'UIDVALIDITY 0' }],
  ]
  test.each(VALIDITY)(
    'bad input 109: a UIDVALIDITY that %s: mail comes in, and once, also when it is right again',
    async (_what, fault) => {
      desk = await startDesk(await fresh(), parser)
      desk.world.imap.faults.add({ ...fault, times: 2 })
      desk.arrives(aMail())
      desk.start('fetch', 'intake')
      expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket' }])
      await reconnected()
      desk.arrives(aMail())
      await until('the second ticket', async () => (await ticketCount()) === 2)
      await reconnected()
      desk.arrives(aMail())
      await until('the third ticket', async () => (await ticketCount()) === 3)
      const rows = await desk.untilSettled(3)
      const others = rows.filter(({ fate }) => fate !== 'ticket')
      expect(others.every(({ fate }) => fate === 'duplicate')).toBe(true)
    },
  )

  test('bad input 111: a UIDNEXT that goes back loses nothing and doubles nothing', async () => {
    desk = await startDesk(await fresh(), parser)
    for (let n = 0; n < 3; n += 1) desk.arrives(aMail())
    desk.start('fetch', 'intake')
    await desk.untilSettled(3)
    const back = { do: 'rewrite', from: /UIDNEXT \d+/, to: 'UIDNEXT 2' } as const
    desk.world.imap.faults.add({ on: SELECT, ...back })
    await reconnected()
    desk.arrives(aMail())
    const rows = await desk.untilSettled(4)
    expect(rows.map(({ fate, uid }) => [fate, uid])).toEqual([
      ['ticket', 1],
      ['ticket', 2],
      ['ticket', 3],
      ['ticket', 4],
    ])
  })

  test('bad input 112: of a SEARCH that make no sense are passed over', async () => {
    desk = await startDesk(await fresh(), parser)
    for (let n = 0; n < 2; n += 1) desk.arrives(aMail())
    desk.start('fetch', 'intake')
    await desk.untilSettled(2)
    const nonsense = '* SEARCH 2 2 -1 0 1 99999999999999999999 x 2'
    const used = desk.world.imap.faults.add({
      on: /^UID SEARCH/,
      do: 'say_instead',
      lines: [nonsense],
    })
    await reconnected()
    await used.untilUsed()
    desk.arrives(aMail())
    expect((await desk.untilSettled(3)).map(({ fate }) => fate)).toEqual([
      'ticket',
      'ticket',
      'ticket',
    ])
  })

  test('bad input 113: the last message, which `n:*` always returns, is not taken for a new one', async () => {
    desk = await startDesk(await fresh(), parser)
    desk.arrives(aMail())
    desk.start('fetch', 'intake')
    await desk.untilSettled(1)
    // The server answers as RFC 9051 wants: with message 1 to a FETCH from 2 on.
    const asked = desk.world.imap.untilCommand(/^UID FETCH 2:\*/)
    await reconnected()
    await asked
    desk.arrives(aMail())
    const rows = await desk.untilSettled(2)
    expect(rows.map(({ uid, fate }) => [uid, fate])).toEqual([
      [1, 'ticket'],
      [2, 'ticket'],
    ])
  })
})

describe('a folder', () => {
  test('bad input 108: that is read-only is fetched, and marks are given up with a word', async () => {
    desk = await startDesk(await fresh(), parser, { inbox: { imap: { done: 'seen' } } })
    const { faults } = desk.world.imap
    faults.add({ on: SELECT, times: 99, do: 'rewrite', from: /READ-WRITE/, to: 'READ-ONLY' })
    faults.add({ on: /^UID STORE/, times: 99, do: 'answer', with: 'NO [READ-ONLY] Not here' })
    desk.arrives(aMail())
    desk.arrives(aMail())
    desk.start('fetch', 'intake')
    expect((await desk.untilSettled(2)).map(({ fate }) => fate)).toEqual(['ticket', 'ticket'])
    await until('the failure to be told', () => desk.events.includes('mark.failed'))
    expect(desk.health.of('Support', 'imap')?.state).toBe('connected')
  })

  /** Somebody’s other mail program. */
  async function asSomebody(work: (client: ImapFlow) => Promise<unknown>): Promise<void> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: desk.world.imap.port,
      secure: false,
      doSTARTTLS: false,
      auth: { user: SUPPORT, pass: 'secret' },
      logger: false,
    })
    await client.connect()
    await work(client)
    await client.logout()
  }
  const deliver = (folder: string, source: string): unknown =>
    desk.world.imap.deliver(SUPPORT, source, { folder })

  test('bad input 132: that is deleted and made anew under our hands: the old mail is not announced again', async () => {
    desk = await startDesk(await fresh(), parser, { inbox: { imap: { folder: 'Desk' } } })
    await asSomebody((client) => client.mailboxCreate('Desk'))
    const first = aMail()
    deliver('Desk', first)
    desk.start('fetch', 'intake')
    await desk.untilSettled(1)
    await asSomebody(async (client) => {
      await client.mailboxDelete('Desk')
      await client.mailboxCreate('Desk')
    })
    deliver('Desk', first)
    deliver('Desk', aMail())
    await reconnected()
    const rows = await desk.untilSettled(3)
    expect(rows.map(({ fate }) => fate)).toEqual(['ticket', 'duplicate', 'ticket'])
  })

  test.each(['Büro & Co', 'a "quoted" one', 'all*of%them', 'back\\slash', '郵便'])(
    'bad input 133: named %j is opened',
    async (folder) => {
      desk = await startDesk(await fresh(), parser, { inbox: { imap: { folder } } })
      let name = ''
      await asSomebody(async (client) => {
        name = (await client.mailboxCreate(folder)).path
      })
      expect(name).toBe(folder)
      const stored = desk.world.imap.commands.findLast(({ text }) => text.startsWith('CREATE'))
      expect(stored).toBeDefined()
      desk.start('fetch', 'intake')
      await until('the folder to be open', () => {
        return desk.health.of('Support', 'imap')?.state === 'connected'
      })
    },
  )

  test.each([
    ['a line break', 'Desk\r\nA1 DELETE INBOX'],
    ['ten thousand characters', 'x'.repeat(10_000)],
  ])('bad input 133: named with %s is a mistake of the configuration', async (_what, folder) => {
    desk = await startDesk(await fresh(), parser)
    const server = { host: 'a', user: 'b', password: 'c' }
    const inbox = { name: 'S', address: SUPPORT, smtp: server }
    const configure = (imap: object) => () =>
      configFrom({ inboxes: [{ ...inbox, imap }] }, { env: {}, baseDir: scratch })
    expect(configure({ ...server, folder })).toThrow('imap.folder')
    expect(configure({ ...server, done: `move:${folder}` })).toThrow('imap.done')
  })
})

describe('a server', () => {
  test.each([DAY_MS, -DAY_MS])(
    'bad input 137: whose clock is %d ms off changes nothing',
    async (off) => {
      desk = await startDesk(await fresh(), parser)
      desk.arrives(aMail())
      desk.start('fetch', 'intake')
      await desk.untilSettled(1)
      desk.arrives(aMail(), new Date(Date.now() + off))
      expect((await desk.untilSettled(2)).map(({ fate }) => fate)).toEqual(['ticket', 'ticket'])
      const tickets = await desk.store
        .read('tickets')
        .select<{ created_at: number }[]>('created_at')
      for (const { created_at: at } of tickets)
        expect(Math.abs(at - Date.now())).toBeLessThan(60_000)
    },
  )

  test('bad input 136: without STARTTLS gets no password', async () => {
    desk = await startDesk(await fresh(), parser, { inbox: { imap: { tls: 'starttls' } } })
    await expectNoPassword()
  })

  test('bad input 136: that says more behind its answer to STARTTLS gets no password', async () => {
    desk = await startDesk(await fresh(), parser, { inbox: { imap: { tls: 'starttls' } } })
    const { faults } = desk.world.imap
    faults.add({
      on: CONNECT,
      times: 9,
      do: 'answer',
      with: '* OK [CAPABILITY IMAP4rev1 STARTTLS] hello',
    })
    faults.add({
      on: /^STARTTLS/,
      times: 9,
      do: 'answer',
      with: 'OK go ahead\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n* PREAUTH come in',
    })
    await expectNoPassword()
  })

  async function expectNoPassword(): Promise<void> {
    desk.start('fetch')
    await until('the connection to fail', () => {
      return desk.health.of('Support', 'imap')?.state === 'error'
    })
    const said = desk.world.imap.commands.map(({ text }) => text).join('\n')
    expect(said).not.toMatch(/LOGIN|AUTHENTICATE|secret/)
  }
})
