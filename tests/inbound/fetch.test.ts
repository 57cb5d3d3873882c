/** Fetching against an IMAP server that misbehaves on command. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk, SUPPORT } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import type { InboundMessage } from '../../src/store/inbound-messages.ts'
import { listTickets } from './tickets-of.ts'

const scratch = makeScratch('fetch')
const parser = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const SOURCES = /^UID FETCH .*BODY/
/** Waits for ledger rows while the clock runs ahead and new mail wakes the fetching. */
async function untilRecorded({ store, clock }: RunningDesk, count: number): Promise<void> {
  await until(`${count} ledger rows`, async () => {
    clock.advance(60_000)
    return (await store.read('inbound_messages').select('id')).length >= count
  })
}

const fates = (rows: readonly InboundMessage[]) => rows.map(({ fate }) => fate)
const DAY_MS = 24 * 3_600_000
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS)

eachDatabase(
  'fetching',
  (fresh) => {
    test('new mail gets a ledger row with its stored source, and nothing changes on the server', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.start('fetch', 'intake')
      const mail = aMail()
      desk.arrives(mail)
      const [row] = await desk.untilSettled(1)
      expect(row).toMatchObject({ fate: 'ticket', folder: 'INBOX', uid: 1, size: mail.length })
      const stored = await desk.context.blobs.get(row?.sha256 ?? '')
      expect(stored?.toString()).toBe(mail)
      expect(desk.world.inboxOf(SUPPORT)[0]?.flags.size).toBe(0)
    })

    test('mail that arrived while nobody listened is found at the next connection', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.arrives(aMail())
      desk.start('fetch', 'intake')
      await desk.untilSettled(1)
      await desk.stop()
      desk.arrives(aMail())
      desk.start('fetch', 'intake')
      expect(fates(await desk.untilSettled(2))).toEqual(['ticket', 'ticket'])
    })

    const BACKLOG: readonly [policy: string, old: string, young: string][] = [
      ['recent', 'ignored', 'ticket'],
      ['ignore', 'ignored', 'ignored'],
      ['import', 'ticket', 'ticket'],
    ]
    test.each(BACKLOG)(
      'backlog: %s makes old mail %s and yesterday’s %s',
      async (backlog, ...want) => {
        desk = await startDesk(await fresh(), parser, { inbox: { backlog } })
        desk.arrives(aMail(), daysAgo(3))
        desk.arrives(aMail(), daysAgo(0.5))
        desk.start('fetch', 'intake')
        expect(fates(await desk.untilSettled(2))).toEqual(want)
      },
    )

    test('imported mail becomes closed tickets, a conversation stays one, and nobody is told', async () => {
      desk = await startDesk(await fresh(), parser, { inbox: { backlog: 'import' } })
      await desk.addUser('bruno@acme.test', 'agent')
      desk.arrives(aMail({ headers: { 'Message-ID': '<first@customer.test>' } }), daysAgo(9))
      const reply = { 'In-Reply-To': '<first@customer.test>', Subject: 'Re: The printer' }
      desk.arrives(aMail({ headers: reply, text: 'Still.' }), daysAgo(8))
      desk.start('fetch', 'intake')
      expect(fates(await desk.untilSettled(2))).toEqual(['ticket', 'comment'])
      const tickets = await listTickets(desk)
      expect(tickets).toMatchObject([{ status: 'closed', commentsCount: 2 }])
      expect(await desk.outbox()).toEqual([])
    })

    test('bad input 110: a folder that was rebuilt (new UIDVALIDITY) announces nothing twice', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.arrives(aMail())
      desk.arrives(aMail({ headers: { 'Message-ID': null } }))
      desk.start('fetch', 'intake')
      await desk.untilSettled(2)
      desk.world.imap.folder(SUPPORT, 'INBOX').changeUidValidity(4_000_000_000)
      desk.arrives(aMail())
      const rows = await desk.untilSettled(5)
      expect(fates(rows).toSorted()).toEqual([
        'duplicate',
        'duplicate',
        'ticket',
        'ticket',
        'ticket',
      ])
      expect(await listTickets(desk)).toHaveLength(3)
      // The one with a Message-ID was known by it, and not even fetched again.
      const again = rows.filter(({ fate }) => fate === 'duplicate')
      expect(again.filter(({ sha256 }) => sha256 === null)).toHaveLength(1)
    })

    test('old mail stays old when its folder was rebuilt, with a Message-ID or without', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.arrives(aMail(), daysAgo(30))
      desk.arrives(aMail({ headers: { 'Message-ID': null } }), daysAgo(31))
      desk.start('fetch', 'intake')
      await desk.untilSettled(2)
      desk.world.imap.folder(SUPPORT, 'INBOX').changeUidValidity(4_000_000_000)
      desk.arrives(aMail())
      const rows = await desk.untilSettled(5)
      expect(fates(rows).toSorted()).toEqual([
        'duplicate',
        'duplicate',
        'ignored',
        'ignored',
        'ticket',
      ])
    })

    test('a server that does not tell its next UID has a backlog, too', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.arrives(aMail(), daysAgo(30))
      desk.world.imap.faults.add({ on: /^SELECT/, times: 99, do: 'omit', lines: /UIDNEXT/ })
      desk.start('fetch', 'intake')
      expect(fates(await desk.untilSettled(1))).toEqual(['ignored'])
      desk.arrives(aMail())
      expect(fates(await desk.untilSettled(2))).toEqual(['ignored', 'ticket'])
    })

    const UNDELIVERED = [
      { name: 'with another UID', mischief: { do: 'wrong_uid', uid: 77 } },
      { name: 'without a body (NIL)', mischief: { do: 'nil_body' } },
      { name: 'with an empty body', mischief: { do: 'empty_body' } },
    ] as const
    test.each(UNDELIVERED)(
      'a message that is answered $name once is fetched in the end',
      async ({ mischief }) => {
        desk = await startDesk(await fresh(), parser)
        const fault = desk.world.imap.faults.add({ on: SOURCES, ...mischief })
        desk.start('fetch', 'intake')
        desk.arrives(aMail())
        await fault.untilUsed()
        expect(fates(await desk.untilSettled(1))).toEqual(['ticket'])
      },
    )

    test('bad input 1: a message that the server says is empty is one', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.start('fetch', 'intake')
      desk.arrives('')
      expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket', size: 0 }])
    })

    test('bad input 124: a message that is never delivered is quarantined, and the others go on', async () => {
      desk = await startDesk(await fresh(), parser)
      const on = /^UID FETCH (?:[\d:]+,)*1(?:[,:]\d+)* .*BODY/
      const fault = desk.world.imap.faults.add({ on, times: 99, do: 'nil_body' })
      desk.arrives(aMail())
      desk.start('fetch', 'intake')
      const isGivenUp = () => {
        desk.clock.advance(60_000)
        desk.arrives(aMail())
        return desk.events.includes('message.unfetchable')
      }
      await until('the message to be given up', isGivenUp, 200)
      expect(fault.used).toBe(5)
      const rows = await desk.untilSettled(6)
      expect(rows.find(({ uid }) => uid === 1)).toMatchObject({ fate: 'quarantined' })
      expect(rows.filter(({ fate }) => fate === 'ticket')).toHaveLength(rows.length - 1)
    })

    test('bad input 129: a message that vanished before it was fetched is recorded, and the others go on', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.arrives(aMail())
      const folder = desk.world.imap.folder(SUPPORT, 'INBOX')
      const fault = desk.world.imap.faults.add({ on: SOURCES, do: 'nil_body' })
      desk.start('fetch', 'intake')
      await fault.untilUsed()
      folder.expunge(folder.messages)
      await untilRecorded(desk, 1)
      desk.arrives(aMail())
      expect(fates(await desk.untilSettled(2)).toSorted()).toEqual(['ignored', 'ticket'])
    })

    test('bad input 120: a connection that breaks within a message loses nothing', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.world.imap.faults.add({ on: SOURCES, do: 'cut', afterBytes: 300 })
      desk.arrives(aMail())
      desk.arrives(aMail())
      desk.start('fetch', 'intake')
      expect(fates(await desk.untilSettled(2))).toEqual(['ticket', 'ticket'])
    })

    test('a large message whose connection breaks half-way is taken whole or not at all', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.world.imap.faults.add({ on: SOURCES, skip: 1, do: 'drop' })
      const mail = aMail({ text: `${'x'.repeat(70)}\n`.repeat(45_000) })
      desk.arrives(mail)
      desk.start('fetch', 'intake')
      const [row] = await desk.untilSettled(1)
      const stored = await desk.context.blobs.get(row?.sha256 ?? '')
      expect(stored?.length).toBe(mail.length)
    })

    test('a large message that vanishes half-way is not stored as if it were whole', async () => {
      desk = await startDesk(await fresh(), parser)
      const { world } = desk
      desk.arrives(aMail({ text: `${'x'.repeat(70)}\n`.repeat(45_000) }))
      world.imap.faults.add({ on: SOURCES, skip: 1, times: 9, do: 'say_instead', lines: [] })
      const folder = world.imap.folder(SUPPORT, 'INBOX')
      const second = world.imap.untilCommand(/^UID FETCH .*BODY.*<1048576/)
      desk.start('fetch', 'intake')
      await second
      folder.expunge(folder.messages)
      await untilRecorded(desk, 1)
      expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ignored', sha256: null }])
    })

    test('a message that breaks every connection does not stop the others', async () => {
      desk = await startDesk(await fresh(), parser)
      const poison = /^UID FETCH (?:[\d,]*,)?2(?:,[\d,]*)? .*BODY|^UID FETCH [12]:3 .*BODY/
      desk.world.imap.faults.add({ on: poison, times: 99, do: 'drop' })
      for (let n = 0; n < 3; n += 1) desk.arrives(aMail())
      desk.start('fetch', 'intake')
      const rows = await until('the other two', async () => {
        const all = await desk.store.read('inbound_messages').whereNot({ uid: 2 }).select('uid')
        return all.length === 2 ? all : null
      })
      expect(rows).toHaveLength(2)
    })

    test.each(['drip', 'stall'] as const)(
      'a server that hangs (%s) does not hold up a stop',
      async (what) => {
        desk = await startDesk(await fresh(), parser)
        const slow = { do: 'drip', bytes: 1, everyMs: 500 } as const
        const fault = desk.world.imap.faults.add({
          on: SOURCES,
          ...(what === 'drip' ? slow : { do: what }),
        })
        desk.arrives(aMail())
        desk.start('fetch')
        await fault.untilUsed()
        const at = Date.now()
        await desk.stop()
        expect(Date.now() - at).toBeLessThan(5_000)
      },
    )

    test('done: seen flags what is stored', async () => {
      desk = await startDesk(await fresh(), parser, { inbox: { imap: { done: 'seen' } } })
      desk.start('fetch', 'intake')
      desk.arrives(aMail())
      await desk.world.imap
        .folder(SUPPORT, 'INBOX')
        .until((all) => (all[0]?.flags.has('\\Seen') === true ? true : undefined), {
          what: '\\Seen',
        })
      expect(fates(await desk.untilSettled(1))).toEqual(['ticket'])
    })

    test.each(['Archive', 'Postroom/Done'])(
      'done: move takes what is stored to %s',
      async (name) => {
        desk = await startDesk(await fresh(), parser, { inbox: { imap: { done: `move:${name}` } } })
        desk.start('fetch', 'intake')
        desk.arrives(aMail())
        desk.arrives(aMail())
        await until('both to be moved', () => desk.world.inboxOf(SUPPORT).length === 0)
        expect(desk.world.imap.folder(SUPPORT, name).messages).toHaveLength(2)
        expect(fates(await desk.untilSettled(2))).toEqual(['ticket', 'ticket'])
      },
    )

    test('bad input 130, 131: marking that fails never stops the fetching', async () => {
      desk = await startDesk(await fresh(), parser, { inbox: { imap: { done: 'move:Archive' } } })
      desk.world.imap.faults.add({
        on: /^UID (?:MOVE|COPY)/,
        times: 99,
        do: 'answer',
        with: 'NO Full',
      })
      desk.start('fetch', 'intake')
      desk.arrives(aMail())
      desk.arrives(aMail())
      expect(fates(await desk.untilSettled(2))).toEqual(['ticket', 'ticket'])
      await until('the failure to be told', () => desk.events.includes('mark.failed'))
    })

    test('bad input 105: a refused login is not tried again at once', async () => {
      desk = await startDesk(await fresh(), parser, { inbox: { imap: { password: 'wrong' } } })
      desk.start('fetch')
      const health = await until('the refusal', () => {
        const state = desk.health.of('Support', 'imap')
        return state?.state === 'error' ? state : null
      })
      expect(health.error).toContain('refused the login')
      const waitMs = (health.nextRetryAt?.getTime() ?? 0) - desk.clock.now().getTime()
      expect(waitMs).toBeGreaterThan(45_000)
      const logins = desk.world.imap.commands.filter(({ text }) => /^(?:LOGIN|AUTH)/.test(text))
      expect(logins).toHaveLength(1)
    })

    test('a NUL in a Message-ID does not stop the mail behind it', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.arrives(aMail({ headers: { 'Message-ID': '<a\0b@customer.test>' } }))
      desk.arrives(aMail())
      desk.start('fetch', 'intake')
      expect(fates(await desk.untilSettled(2))).toEqual(['ticket', 'ticket'])
    })
  },
  onDesk,
)
