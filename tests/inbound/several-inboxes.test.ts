/** One mail to two inboxes of the desk: a ticket in each, or one that says so. */
import { createHash } from 'node:crypto'
import { afterAll, afterEach, expect, test } from 'vitest'
import { fingerprintOf } from '../../src/inbound/fingerprint.ts'
import { takeBatch } from '../../src/inbound/take.ts'
import { findBelongings } from '../../src/store/belongings.ts'
import { eraseWords } from '../../src/store/erase-person.ts'
import { findInbound, insertInbound } from '../../src/store/inbound-messages.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase, type TestDatabase } from '../kit/databases.ts'
import { type Desk, onDesk, openDesk } from '../kit/desk-context.ts'
import { sharedParser } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('several-inboxes')
const parser = sharedParser(scratch)
let desk: Desk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const account = { host: '127.0.0.1', port: 1, tls: 'none', user: 'x', password: 'x' }
const inboxes = ['Support', 'Sales'].map((name) => ({
  name,
  address: `${name.toLowerCase()}@acme.test`,
  imap: account,
  smtp: account,
}))

let uid = 0
/** The mail as it lies in this inbox, taken in. */
async function taken(inboxId: number, source: string): Promise<string> {
  const bytes = Buffer.from(source)
  const { sha256, size } = await desk.context.blobs.put(bytes)
  const row = {
    inboxId,
    folder: 'INBOX',
    uidValidity: 1,
    uid: (uid += 1),
    sha256,
    size,
    ...fingerprintOf(bytes),
    internalAt: new Date(),
    fate: 'pending' as const,
    reasons: [],
    duplicateOf: null,
    marked: 'none' as const,
  }
  await desk.write((tx) => insertInbound(tx, [row], new Date()))
  const { id } = await desk.store.read('inbound_messages').where({ uid }).first('id')
  const stored = (await findInbound(desk.store.read, id)) ?? expect.fail('no row')
  const parsed = await parser.parse(bytes, 'full')
  const ready = { row: stored, parsed, attachments: [], unreadable: false }
  const clock = { now: () => new Date() }
  const { lines, failed } = await takeBatch({ clock, context: desk.context }, [ready], {
    more: false,
  })
  expect(failed).toEqual([])
  return lines.map(({ fate }) => fate).join()
}

const open = async (database: TestDatabase, more: object): Promise<number[]> => {
  desk = await openDesk(database, { inboxes, ...more })
  return desk.inboxes.map(({ id }) => id)
}

const both = (): string => aMail({ headers: { To: 'support@acme.test, sales@acme.test' } })

eachDatabase(
  'a mail to two inboxes',
  (fresh) => {
    test('bad input 79: is a ticket in each, and neither is repeated', async () => {
      const [support = 0, sales = 0] = await open(await fresh(), {})
      const mail = both()
      expect(await taken(support, mail)).toBe('ticket')
      expect(await taken(sales, mail)).toBe('ticket')
      expect(await taken(sales, mail)).toBe('duplicate')
      expect(await desk.store.read('tickets').orderBy('id').pluck('inbox_id')).toEqual([
        support,
        sales,
      ])
    })

    test('is noted once, however often it comes again', async () => {
      const [support = 0, sales = 0] = await open(await fresh(), { several_inboxes: 'once' })
      const mail = both()
      expect(await taken(support, mail)).toBe('ticket')
      for (let n = 0; n < 3; n += 1) expect(await taken(sales, mail)).toBe('duplicate')
      const notes = await desk.store.read('comments').where({ visibility: 'internal' }).select('id')
      expect(notes).toHaveLength(1)
    })

    test('leaves nothing but its mark when it comes again after its words were erased', async () => {
      const [support = 0, sales = 0] = await open(await fresh(), { several_inboxes: 'once' })
      const mail = both()
      expect(await taken(support, mail)).toBe('ticket')
      const ana = await desk.store.read('users').where({ role: 'customer' }).first('id', 'email')
      await desk.write(async (tx) => eraseWords(tx, await findBelongings(tx, ana), new Date()))
      const comments = await desk.store.read('comments').select()
      for (const inbox of [support, sales]) expect(await taken(inbox, mail)).toBe('duplicate')
      const rows = await desk.store.read('inbound_messages').orderBy('id').select()
      const [first, ...copies] = rows
      const { message_id, sha256, body_hash, sender, evidence, reasons } = first
      const left = { message_id, sha256, body_hash, sender, evidence, reasons }
      expect(left).toMatchObject({ sha256: null, sender: null })
      expect(copies).toMatchObject([left, left])
      expect(await desk.store.read('comments').select()).toEqual(comments)
      const sha = createHash('sha256').update(mail).digest('hex')
      expect(await desk.store.read('blob_garbage').pluck('sha256')).toContain(sha)
    })

    test('is noted in the ticket at the end of all merges', async () => {
      const [support = 0, sales = 0] = await open(await fresh(), { several_inboxes: 'once' })
      const mail = both()
      for (const source of [mail, aMail(), aMail()]) {
        expect(await taken(support, source)).toBe('ticket')
      }
      const [first, second, third] = await desk.store.read('tickets').orderBy('id').pluck('id')
      await desk.write((tx) => tx('tickets').where({ id: first }).update({ merged_into: second }))
      await desk.write((tx) => tx('tickets').where({ id: second }).update({ merged_into: third }))
      expect(await taken(sales, mail)).toBe('duplicate')
      const notes = desk.store.read('comments').where({ visibility: 'internal' })
      expect(await notes.pluck('ticket_id')).toEqual([third])
    })

    test('is a duplicate where its ticket was merged into one that was deleted', async () => {
      const [support = 0, sales = 0] = await open(await fresh(), { several_inboxes: 'once' })
      const mail = both()
      expect(await taken(support, mail)).toBe('ticket')
      expect(await taken(support, aMail())).toBe('ticket')
      const [first, second] = await desk.store.read('tickets').orderBy('id').pluck('id')
      await desk.write((tx) => tx('tickets').where({ id: first }).update({ merged_into: second }))
      await desk.write((tx) => tx('tickets').where({ id: second }).update({ deleted_at: 5 }))
      expect(await taken(sales, mail)).toBe('duplicate')
      const notes = desk.store.read('comments').where({ visibility: 'internal' })
      expect(await notes.select('id')).toEqual([])
    })

    test('is one ticket where the desk wants that, with a note for agents', async () => {
      const [support = 0, sales = 0] = await open(await fresh(), { several_inboxes: 'once' })
      const mail = both()
      expect(await taken(support, mail)).toBe('ticket')
      expect(await taken(sales, mail)).toBe('duplicate')
      const comments = await desk.store.read('comments').orderBy('id').select()
      expect(comments).toMatchObject([
        { visibility: 'public', text: 'It is on fire.' },
        {
          visibility: 'internal',
          author_type: 'system',
          text: 'The same mail was sent to Sales (sales@acme.test), too.',
        },
      ])
      expect(await desk.store.read('tickets').select('status')).toEqual([{ status: 'open' }])
      const [queued] = await desk.store.read('outbox').where({ kind: 'acknowledgement' }).select()
      expect(queued).toMatchObject({ outcome: 'queued', inbox_id: support })
      // The same again in the first inbox says nothing new.
      expect(await taken(support, mail)).toBe('duplicate')
      expect(await desk.store.read('comments').select('id')).toHaveLength(2)
    })
  },
  onDesk,
)
