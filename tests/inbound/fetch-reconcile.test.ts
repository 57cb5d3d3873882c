/** Comparing a folder of several ranges with the ledger: how much is asked, of the server and of the database. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('fetch-reconcile')
const parser = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const LONG_AGO = new Date('2020-03-01')
/** One more than a range holds. */
const OLD = 2_001

/** Years of old mail, and two that came today. */
async function afterYears(): Promise<void> {
  for (let n = 0; n < OLD; n += 1) desk.arrives('Subject: Old\r\n\r\nOld.\r\n', LONG_AGO)
  for (let n = 0; n < 2; n += 1) desk.arrives(aMail())
  desk.start('fetch', 'intake')
  const isTaken = async (): Promise<boolean> => {
    const rows = await desk.store.read('inbound_messages').whereNot({ fate: 'pending' }).select()
    return rows.length === OLD + 2
  }
  await until('all to be taken', isTaken, 200, 25_000)
  await desk.stop()
}

/** Everything up to the first look for what is new. */
async function reconnected(): Promise<void> {
  const looked = desk.world.imap.untilCommand(new RegExp(`^UID FETCH ${OLD + 3}:\\*`))
  desk.start('fetch', 'intake')
  await looked
}

eachDatabase(
  'a comparison at a connect',
  (fresh) => {
    test('asks for what came of late with one command, and reads no row of older mail', async () => {
      desk = await startDesk(await fresh(), parser)
      await afterYears()
      let read = 0
      desk.store.read.on('query-response', (rows: unknown[], { sql }: { sql: string }) => {
        if (/select .uid. from .inbound_messages/.test(sql)) read += rows.length
      })
      const before = desk.world.imap.commands.length
      await reconnected()
      const asked = desk.world.imap.commands.slice(before).map(({ text }) => text)
      const searches = asked.filter((text) => text.startsWith('UID SEARCH'))
      expect({ searches, read }).toEqual({ searches: [expect.stringMatching(/SINCE/)], read: 2 })
    })

    test('finds what has no row among those that came of late', async () => {
      desk = await startDesk(await fresh(), parser)
      await afterYears()
      await desk.store.transaction(async (tx) => {
        const lost = tx('inbound_messages')
          .where({ uid: OLD + 1 })
          .select('id')
        await tx('comments').update({ inbound_id: null }).whereIn('inbound_id', lost)
        await tx('inbound_messages')
          .where({ uid: OLD + 1 })
          .delete()
      })
      await reconnected()
      const row = await until('its row', () =>
        desk.store
          .read('inbound_messages')
          .where({ uid: OLD + 1 })
          .first('uid'),
      )
      expect(row).toEqual({ uid: OLD + 1 })
    })
  },
  onDesk,
)
