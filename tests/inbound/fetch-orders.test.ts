/** Pausing an inbox, looking at it now, and senders who are not heard: with real loops. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { setInboxPaused } from '../../src/desk/pause-inbox.ts'
import { blockSender, unblockSender } from '../../src/desk/suppress.ts'
import { SYSTEM } from '../../src/ticket/comment.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('fetch-orders')
const parser = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const inboxId = (): number => desk.inboxes[0]?.id ?? 0
const name = (): string => desk.inboxes[0]?.name ?? ''

async function setPaused(paused: boolean): Promise<boolean> {
  const input = { inboxId: inboxId(), paused, actor: SYSTEM }
  const changed = await desk.store.transaction((tx) => setInboxPaused(tx, input, new Date()))
  desk.orders.of(inboxId()).bell.ring()
  return changed
}

eachDatabase(
  'orders about inboxes',
  (fresh) => {
    test('a paused inbox is not fetched, also after a restart, until it goes on', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.start('fetch', 'intake')
      desk.arrives(aMail())
      await desk.untilSettled(1)
      expect(await setPaused(true)).toBe(true)
      expect(await setPaused(true)).toBe(false)
      const state = () => desk.health.of(name(), 'imap')?.state
      await until('the pause', () => state() === 'paused')
      desk.arrives(aMail())
      await desk.stop()
      desk.start('fetch', 'intake')
      await until('the pause', () => state() === 'paused')
      expect(await desk.store.read('inbound_messages').select('id')).toHaveLength(1)
      await setPaused(false)
      await desk.untilSettled(2)
      expect(state()).toBe('connected')
      const events = await desk.store.read('events').where({ type: 'inbox.changed' }).select('data')
      expect(events.map(({ data }) => JSON.parse(String(data)))).toEqual([
        { inbox_id: inboxId(), paused: true },
        { inbox_id: inboxId(), paused: false },
      ])
    })

    test('a look at once is a new session', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.start('fetch', 'intake')
      const connections = () => desk.events.filter((event) => event === 'inbox.connected').length
      await until('the first session', () => connections() === 1)
      desk.orders.of(inboxId()).lookNow()
      await until('the second session', () => connections() === 2)
      desk.arrives(aMail())
      await desk.untilSettled(1)
    })

    test('mail of a blocked sender is put away with its reason; of others, and later, it is not', async () => {
      desk = await startDesk(await fresh(), parser)
      const order = { note: null, by: 1 }
      const block = (sender: string) =>
        desk.store.transaction((tx) =>
          blockSender(tx, desk.inboxes, { sender, ...order }, new Date()),
        )
      const { id } = await block('spam@stranger.test')
      await block('@example.org')
      desk.start('fetch', 'intake')
      desk.arrives(aMail({ headers: { From: 'spam@stranger.test' } }))
      desk.arrives(aMail({ headers: { From: 'anybody@example.org' } }))
      desk.arrives(aMail({ headers: { From: 'good@stranger.test' } }))
      const rows = await desk.untilSettled(3)
      expect(rows.map(({ fate }) => fate)).toEqual(['ignored', 'ignored', 'ticket'])
      expect(rows[0]?.reasons[0]).toBe('the sender is blocked')
      expect(rows[0]?.sha256).not.toBe(null)
      await desk.store.transaction((tx) => unblockSender(tx, { id, actor: SYSTEM }, new Date()))
      desk.arrives(aMail({ headers: { From: 'spam@stranger.test' } }))
      expect((await desk.untilSettled(4)).at(-1)?.fate).toBe('ticket')
      await expect(block('@acme.test')).rejects.toMatchObject({ code: 'sender-is-ours' })
    })
  },
  onDesk,
)
