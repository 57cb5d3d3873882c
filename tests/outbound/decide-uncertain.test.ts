/** A server was lost while it took a mail: what tells us later whether it has it, and what we do. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { listEvents } from '../../src/store/events.ts'
import { resendUncertain } from '../../src/store/outbox-delivery.ts'
import type { OutboxMessage } from '../../src/store/outbox.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'
import { owesReply, owesTicket } from './owed.ts'

const scratch = makeScratch('decide')
const parser = sharedParser(scratch)
const SUPPORT = 'support@acme.test'
const MINUTE = 60_000
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const received = () => desk.world.smtp.received

const untilOutcome = (outcome: OutboxMessage['outcome'], id = 1): Promise<OutboxMessage> =>
  until(`delivery ${id} to be ${outcome}`, async () => {
    desk.outgoing.ring()
    const row = (await desk.outbox()).find((one) => one.id === id)
    return row?.outcome === outcome ? row : null
  })

/** Nothing will be done about it any more. */
const untilLeft = (): Promise<unknown> =>
  until('nothing to be left to decide', async () => {
    desk.outgoing.ring()
    return (await desk.outbox())[0]?.dueAt === null
  })

const toldOnTicket = async (): Promise<unknown[]> => {
  const events = await listEvents(desk.store.read, { ticketId: 1, afterId: 0, limit: 50 })
  return events.filter(({ type }) => type === 'delivery.changed').map(({ data }) => data['outcome'])
}

const logins = (): number =>
  desk.world.imap.commands.filter(({ text }) => /^(?:LOGIN|AUTHENTICATE)/.test(text)).length

/** The server takes Bruno's reply, or the acknowledgement, and is lost before it says so. */
async function lostAfterTheDot(what: 'reply' | 'acknowledgement'): Promise<void> {
  desk.world.smtp.faults.add({ at: 'accepted', do: 'drop' })
  desk.start('send')
  const ticketId = await owesTicket(desk, 'ana@customer.test', what === 'acknowledgement')
  if (what === 'reply') await owesReply(desk, ticketId)
  await untilOutcome('uncertain')
}

/** As Gmail does, and Microsoft: what its account hands over is put in its own folder. */
function isFiledAsSent(): void {
  for (const { source } of received()) {
    desk.world.imap.deliver(SUPPORT, source, { folder: 'Sent' })
  }
}

/** Its time to be looked at has come. */
function timePasses(): void {
  desk.clock.advance(3 * MINUTE)
  desk.outgoing.ring()
}

eachDatabase(
  'a delivery that nobody knows of',
  (fresh) => {
    test.each(['reply', 'acknowledgement'] as const)(
      'is sent when the server has filed it: the %s is not repeated',
      async (what) => {
        desk = await startDesk(await fresh(), parser)
        await lostAfterTheDot(what)
        isFiledAsSent()
        timePasses()
        const row = await untilOutcome('sent')
        expect(row).toMatchObject({ dueAt: null, resends: 0 })
        expect(row.detail).toContain('found among what the server has sent')
        expect(row.sentAt).not.toBeNull()
        expect(received()).toHaveLength(1)
        expect(await toldOnTicket()).toEqual(
          what === 'reply' ? ['uncertain', 'sent'] : ['uncertain'],
        )
      },
    )

    test('goes out once more when it is not filed, although others are', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.world.imap.deliver(SUPPORT, aMail({ headers: { 'Message-ID': '<other@acme.test>' } }), {
        folder: 'Sent',
      })
      await lostAfterTheDot('reply')
      timePasses()
      await untilOutcome('sent')
      expect(received()).toHaveLength(2)
      expect(await toldOnTicket()).toEqual(['uncertain', 'queued', 'sent'])
    })

    test('waits when the search is refused, and is found by the next one', async () => {
      desk = await startDesk(await fresh(), parser)
      await lostAfterTheDot('reply')
      isFiledAsSent()
      const refused = desk.world.imap.faults.add({
        on: /SEARCH/,
        do: 'answer',
        with: 'NO Not today',
      })
      timePasses()
      await refused.untilUsed()
      await until('the log to say so', () => desk.events.includes('copies.unknown'))
      expect((await desk.outbox())[0]?.outcome).toBe('uncertain')
      desk.clock.advance(7 * MINUTE)
      await untilOutcome('sent')
      expect(received()).toHaveLength(1)
    })

    test('is decided all the same when nobody could be asked for half an hour', async () => {
      desk = await startDesk(await fresh(), parser)
      await lostAfterTheDot('reply')
      desk.world.imap.faults.add({ on: /SEARCH/, do: 'answer', with: 'NO Not today', times: 9 })
      desk.clock.advance(31 * MINUTE)
      await untilOutcome('sent')
      expect(received()).toHaveLength(2)
    })

    test('is found although another folder cannot be searched', async () => {
      desk = await startDesk(await fresh(), parser)
      await lostAfterTheDot('reply')
      isFiledAsSent()
      const everything = '* LIST (\\All) "/" Archive'
      desk.world.imap.faults.add({ on: /^LIST/, do: 'say_first', lines: [everything], times: 9 })
      desk.world.imap.faults.add({
        on: /^EXAMINE "?Archive/,
        do: 'answer',
        with: 'NO Closed',
        times: 9,
      })
      timePasses()
      await untilOutcome('sent')
      expect(received()).toHaveLength(1)
    })

    test('costs no login at a server that refuses ours', async () => {
      desk = await startDesk(await fresh(), parser)
      await lostAfterTheDot('acknowledgement')
      const nextRetryAt = desk.clock.now()
      desk.health.failed('Support', 'imap', { error: 'refused', nextRetryAt }, nextRetryAt)
      desk.clock.advance(31 * MINUTE)
      await untilLeft()
      expect(logins()).toBe(0)
    })

    test('is not found by the copy of an attempt that came back', async () => {
      desk = await startDesk(await fresh(), parser)
      await lostAfterTheDot('reply')
      isFiledAsSent()
      await desk.write((tx) => tx('outbox').update({ sent_at: 1 }))
      timePasses()
      await untilOutcome('sent')
      expect(received()).toHaveLength(2)
    })

    test('keeps nothing back while it is looked for', async () => {
      desk = await startDesk(await fresh(), parser)
      await lostAfterTheDot('reply')
      const search = desk.world.imap.faults.add({ on: /SEARCH/, do: 'stall' })
      timePasses()
      await search.untilUsed()
      await owesReply(desk, await owesTicket(desk, 'ben@customer.test'))
      await untilOutcome('sent', 2)
      expect((await desk.outbox())[0]?.outcome).toBe('uncertain')
    })

    test('is sent when its reader answers it', async () => {
      desk = await startDesk(await fresh(), parser)
      await lostAfterTheDot('reply')
      await desk.stop()
      const [row] = await desk.outbox()
      const headers = { From: 'ana@customer.test', 'In-Reply-To': `<${row?.messageId}>` }
      desk.arrives(aMail({ headers, text: 'Water helped.' }))
      desk.start('fetch', 'intake')
      await untilOutcome('sent')
      expect((await desk.outbox())[0]?.detail).toContain('answered')
      expect(await toldOnTicket()).toEqual(['uncertain', 'sent'])
    })

    test('is not handed over again when its reader answers before that could be done', async () => {
      desk = await startDesk(await fresh(), parser)
      await lostAfterTheDot('reply')
      await desk.stop()
      await desk.write((tx) => resendUncertain(tx, 1, desk.clock.now()))
      const [row] = await desk.outbox()
      const headers = { From: 'ana@customer.test', 'In-Reply-To': `<${row?.messageId}>` }
      desk.arrives(aMail({ headers, text: 'Water helped.' }))
      desk.start('fetch', 'intake')
      await untilOutcome('sent')
      expect(received()).toHaveLength(1)
    })

    test('stays so when its reader answers a later one that names it', async () => {
      desk = await startDesk(await fresh(), parser)
      await lostAfterTheDot('reply')
      await owesReply(desk, 1)
      await untilOutcome('sent', 2)
      await desk.stop()
      const [lost, later] = await desk.outbox()
      const [a, b] = [`<${lost?.messageId}>`, `<${later?.messageId}>`]
      const headers = { From: 'ana@customer.test', 'In-Reply-To': b, References: `${a} ${b}` }
      desk.arrives(aMail({ headers, text: 'Water helped.' }))
      desk.start('fetch', 'intake')
      await desk.untilSettled(1)
      expect((await desk.outbox())[0]?.outcome).toBe('uncertain')
    })

    test('stays so when somebody answers another mail', async () => {
      desk = await startDesk(await fresh(), parser)
      await owesReply(desk, await owesTicket(desk))
      desk.start('send')
      await untilOutcome('sent')
      desk.world.smtp.faults.add({ at: 'accepted', do: 'drop' })
      await owesReply(desk, 1)
      await untilOutcome('uncertain', 2)
      await desk.stop()
      const [first] = await desk.outbox()
      const headers = { From: 'ana@customer.test', 'In-Reply-To': `<${first?.messageId}>` }
      desk.arrives(aMail({ headers, text: 'Water helped.' }))
      desk.start('fetch', 'intake')
      await desk.untilSettled(1)
      expect((await desk.outbox())[1]?.outcome).toBe('uncertain')
    })
  },
  onDesk,
)
