/** Mail that waits for its author to choose keeps what he may still send. */
import { expect, test } from 'vitest'
import { discardBlobs, sweepBlobs } from '../../src/store/blob-garbage.ts'
import { chooseForHeld, insertHeldReply } from '../../src/store/held-replies.ts'
import { insertInbound } from '../../src/store/inbound-messages.ts'
import { referredBlobs } from '../../src/store/reads/invariants.ts'
import { forgetDiscarded } from '../../src/store/retention.ts'
import { apiStarter, type TestApi } from '../api/desk-api.ts'
import { eachDatabase } from '../kit/databases.ts'
import { migrated } from '../api/desk-context.ts'
import { AT, later } from './a-store.ts'

const HOUR_MS = 3_600_000

/** On ticket 1, of Bruno. Returns its number. */
async function hold({ store, users }: TestApi, uid: number, sha256: string): Promise<number> {
  const arrival = { inboxId: 1, folder: 'INBOX', uidValidity: 1, uid, sha256: null, size: 1 }
  const rest = { messageId: null, bodyHash: null, internalAt: null, reasons: ['held'] }
  const fate = { fate: 'quarantined', duplicateOf: null, marked: 'none' } as const
  return store.transaction(async (tx) => {
    await insertInbound(tx, [{ ...arrival, ...rest, ...fate }], AT)
    const row = await tx('inbound_messages').where({ uid }).first<{ id: number }>('id')
    const said = { text: 'Look.', attachments: [{ filename: 'x.txt', sha256, size: 1 }] }
    const of = { inboundId: row.id, ticketId: 1, agentId: users.bruno.id }
    return insertHeldReply(tx, { ...of, said, told: true }, AT)
  })
}

eachDatabase(
  'mail that is held until its author chooses',
  (fresh) => {
    const start = apiStarter(fresh)
    const begin = async () => {
      const api = await start()
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'x' })
      return api
    }

    test('keeps its files', async () => {
      const api = await begin()
      const { store, context } = api
      const { blobs } = context
      const { sha256 } = await blobs.put(Buffer.from('a picture'))
      const id = await hold(api, 1, sha256)
      const sweepAt = async (at: Date) => {
        await store.transaction((tx) => discardBlobs(tx, [sha256], at))
        await sweepBlobs({ store, blobs }, new Date(at.getTime() + HOUR_MS))
        return (await blobs.get(sha256))?.toString() ?? null
      }
      // Bytes are as young as their file.
      const now = Date.now() + HOUR_MS
      expect(await sweepAt(new Date(now))).toBe('a picture')
      await store.transaction((tx) => chooseForHeld(tx, { id, choice: 'discard' }, AT))
      expect(await sweepAt(new Date(now + HOUR_MS))).toBeNull()
    })

    test('has its files among those that are backed up and verified, in their order', async () => {
      const api = await begin()
      const { store } = api
      const names = ['a', 'b', 'c'].map((letter) => letter.repeat(64))
      const [first = '', second = '', third = ''] = names
      const id = await hold(api, 1, second)
      await hold(api, 2, third)
      await store.transaction((tx) =>
        tx('inbound_messages').where({ uid: 1 }).update({ sha256: first }),
      )
      const referred = async (after: string, limit: number): Promise<string[]> =>
        referredBlobs(store.read, after, limit)
      expect(await referred('', 10)).toEqual(names)
      expect(await referred('', 2)).toEqual([first, second])
      expect(await referred(second, 2)).toEqual([third])
      await store.transaction((tx) => chooseForHeld(tx, { id, choice: 'discard' }, AT))
      expect(await referred('', 10)).toEqual([first, third])
    })

    test('is not forgotten, however old', async () => {
      const { store, ...api } = await begin()
      const id = await hold({ ...api, store }, 1, 'a')
      await hold({ ...api, store }, 2, 'b')
      const choose = (held: number) =>
        store.transaction((tx) => chooseForHeld(tx, { id: held, choice: 'note' }, AT))
      const find = () => forgetDiscarded.find(store.read, later(HOUR_MS))
      const drop = (ids: number[]) =>
        store.transaction((tx) => forgetDiscarded.drop(tx, ids, later(HOUR_MS)))
      const rows = await store.read('inbound_messages').orderBy('uid').select<{ id: number }[]>()
      const [first, second] = rows.map((row) => row.id)
      expect(await find()).toEqual([])
      await choose(id)
      expect(await find()).toEqual([first])
      // Held anew, or decided about, after it was looked for.
      expect(await drop([first ?? 0, second ?? 0])).toBe(1)
      expect(await drop([first ?? 0])).toBe(0)
      const reasons = await store.read('inbound_messages').orderBy('uid').pluck('reasons')
      expect(reasons).toEqual([expect.stringContaining('forgotten'), '["held"]'])
    })
  },
  { prepare: migrated },
)
