/** A message of which only the beginning was taken, and the wish to have it as a whole. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { wantWhole } from '../../src/desk/whole-messages.ts'
import { PATIENCE } from '../../src/inbound/fetch-options.ts'
import { findBelongings } from '../../src/store/belongings.ts'
import { eraseWords } from '../../src/store/erase-person.ts'
import { withdrawComment } from '../../src/store/move-comments.ts'
import { ensureContact } from '../../src/store/users.ts'
import { setReasons, withdrawWhole } from '../../src/store/wanted-messages.ts'
import { tooLarge } from '../../src/ticket/not-whole.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { anAddress, onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('whole')
const parser = sharedParser(scratch)
const SUPPORT = 'support@acme.test'
const BEGINNING_BYTES = 262_144
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const MAIL = aMail({ text: `See the film. ${'It is long. '.repeat(200_000)}` }).replace(
  /\r?\n/g,
  '\r\n',
)

/** By the server's word alone, once: no more than what is taken needs to be there. */
async function takenInPart(): Promise<void> {
  desk.world.imap.faults.add({
    on: /^UID FETCH .*RFC822\.SIZE/,
    do: 'rewrite',
    from: /RFC822\.SIZE \d+/,
    to: 'RFC822.SIZE 137000000',
  })
  desk.arrives(MAIL)
  desk.start('fetch', 'intake')
  const [row] = await desk.untilSettled(1)
  expect((await desk.context.blobs.get(row?.sha256 ?? ''))?.length).toBe(BEGINNING_BYTES)
  await desk.stop()
}

const isWanted = (): Promise<unknown> =>
  desk.write((tx) => wantWhole(tx, 1, () => true, desk.clock.now()))

const notes = (): Promise<string[]> =>
  desk.store.read('comments').where({ visibility: 'internal' }).orderBy('id').pluck('text')

const untilNoted = (count: number): Promise<string> =>
  until(`note ${count}`, async () => (await notes())[count - 1] ?? null)

const files = () =>
  desk.store
    .read('attachments')
    .orderBy('id')
    .select<{ filename: string; content_type: string; sha256: string }[]>()

const reasons = async (): Promise<string> =>
  String((await desk.store.read('inbound_messages').first<{ reasons: string }>('reasons')).reasons)

eachDatabase(
  'a message that is too large',
  (fresh) => {
    test('says on its ticket where it can be fetched, and is fetched when somebody wants it', async () => {
      desk = await startDesk(await fresh(), parser)
      await takenInPart()
      expect((await notes())[0]).toContain('can be fetched under "Incoming mail", message 1')
      await isWanted()
      await isWanted()
      desk.start('fetch')
      expect(await untilNoted(2)).toContain('The whole mail was fetched')
      const [file, another] = await files()
      expect(file).toMatchObject({ filename: 'message-1.eml', content_type: 'message/rfc822' })
      expect((await desk.context.blobs.get(file?.sha256 ?? ''))?.toString()).toBe(MAIL)
      expect(another).toBeUndefined()
      expect(await reasons()).not.toContain('too large')
      // What the comment was made of stays.
      await expect(isWanted()).rejects.toMatchObject({ code: 'already-whole' })
      expect(desk.world.inboxOf(SUPPORT)).toHaveLength(1)
    })

    test('is tried again when the connection breaks meanwhile, and other mail is taken', async () => {
      desk = await startDesk(await fresh(), parser)
      await takenInPart()
      await isWanted()
      const broken = desk.world.imap.faults.add({ on: /<1048576\.1048576>/, do: 'drop' })
      desk.start('fetch', 'intake')
      await broken.untilUsed()
      desk.arrives(aMail({ headers: { From: 'ben@customer.test' } }))
      await desk.untilSettled(2)
      desk.clock.advance(2 * 60_000)
      desk.arrives(aMail({ headers: { From: 'cem@customer.test' } }))
      expect(await untilNoted(2)).toContain('The whole mail was fetched')
    })

    test('that its server has no more is told to be gone', async () => {
      desk = await startDesk(await fresh(), parser)
      await takenInPart()
      desk.world.imap.folder(SUPPORT, 'INBOX').expunge(desk.world.inboxOf(SUPPORT))
      await isWanted()
      desk.start('fetch')
      expect(await untilNoted(2)).toContain('the server does not have it any more')
      expect(await files()).toEqual([])
      // It may be asked for again.
      await isWanted()
      // The next look.
      desk.arrives(aMail())
      expect(await untilNoted(3)).toContain('the server does not have it any more')
    })

    test('goes with all that there is of its author, also where the ticket is somebody else’s', async () => {
      desk = await startDesk(await fresh(), parser)
      await takenInPart()
      await isWanted()
      desk.start('fetch')
      await untilNoted(2)
      const author = { address: anAddress('ana@customer.test'), name: 'Ana' }
      const { id, email } = await desk.write((tx) => ensureContact(tx, author, desk.clock.now()))
      const carla = await desk.addUser('carla@acme.test', 'customer', 'Carla')
      await desk.write((tx) => tx('tickets').update({ requester_id: carla.id }))
      const found = await findBelongings(desk.store.read, { id, email })
      expect(found.attachments).toHaveLength(1)
      await desk.write((tx) => eraseWords(tx, found, desk.clock.now()))
      expect(await files()).toEqual([])
    })

    test.each([
      ['erased', () => desk.write((tx) => withdrawWhole(tx, [1], desk.clock.now()))],
      [
        'on a ticket that was deleted',
        () => desk.write((tx) => tx('tickets').update({ deleted_at: 1 })),
      ],
    ])('that is %s meanwhile is told to nobody', async (_what, happens) => {
      desk = await startDesk(await fresh(), parser)
      await takenInPart()
      await isWanted()
      await happens()
      desk.start('fetch')
      const wanted = desk.store.read('wanted_messages')
      await until('nobody to wait', async () => ((await wanted.clone()).length === 0 ? true : null))
      expect(await notes()).toHaveLength(1)
    })

    test('of a comment that is withdrawn goes with it, and cannot be wanted', async () => {
      desk = await startDesk(await fresh(), parser)
      await takenInPart()
      await isWanted()
      desk.start('fetch')
      await untilNoted(2)
      await desk.write((tx) => withdrawComment(tx, 1, desk.clock.now()))
      expect(await files()).toEqual([])
      await desk.write((tx) => setReasons(tx, { id: 1 }, [tooLarge(137_000_000)]))
      await expect(isWanted()).rejects.toMatchObject({ code: 'no-ticket' })
    })

    test('for which the disk has no room is not begun with', async () => {
      desk = await startDesk(await fresh(), parser)
      await takenInPart()
      await isWanted()
      const space = { freeBytes: 501 * 1024 ** 2, totalBytes: 100 * 1024 ** 3 }
      Object.assign(desk.store, { diskSpace: () => Promise.resolve(space) })
      desk.start('fetch')
      expect(await untilNoted(2)).toContain('there is no room for it on the disk')
    })

    test('that cannot be had three times is given up with the reason', async () => {
      desk = await startDesk(await fresh(), parser)
      await takenInPart()
      await isWanted()
      desk.patience = { ...PATIENCE, pollMs: 200 }
      const broken = desk.world.imap.faults.add({ on: /<1048576\.1048576>/, times: 3, do: 'drop' })
      desk.start('fetch')
      for (let attempt = 1; attempt < 3; attempt += 1) {
        await broken.untilUsed(attempt)
        await until('the connection to be given up', () =>
          desk.world.imap.connectionCount === 1 ? true : null,
        )
        desk.clock.advance(2 * 60_000)
      }
      await broken.untilUsed(3)
      expect(await untilNoted(2)).toMatch(/could not be fetched: 127\.0\.0\.1:\d+ .*[^.]\.$/)
      expect(await desk.store.read('wanted_messages').select()).toEqual([])
    })

    test('does not keep the daemon from stopping, and is gone on with afterwards', async () => {
      desk = await startDesk(await fresh(), parser)
      await takenInPart()
      await isWanted()
      const stuck = desk.world.imap.faults.add({ on: /<1048576\.1048576>/, do: 'stall' })
      desk.start('fetch')
      await stuck.untilUsed()
      await desk.stop()
      desk.start('fetch')
      expect(await untilNoted(2)).toContain('The whole mail was fetched')
    })

    test('that is wanted while nobody fetches waits for who does', async () => {
      desk = await startDesk(await fresh(), parser)
      await takenInPart()
      await isWanted()
      expect(await desk.store.read('wanted_messages').select()).toMatchObject([{ inbound_id: 1 }])
    })
  },
  onDesk,
)
