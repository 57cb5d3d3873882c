/** A disk that is nearly full: mail stays on its server, and the desk goes on. */
import { afterAll, afterEach, expect, test } from 'vitest'
import type { DiskSpace } from '../../src/store/disk-space.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('room')
const parser = sharedParser(scratch)
const MB = 1024 ** 2
let desk: RunningDesk
let space: DiskSpace | null

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

eachDatabase(
  'the disk of the database',
  (fresh) => {
    const start = async (): Promise<void> => {
      desk = await startDesk(await fresh(), parser)
      Object.assign(desk.store, { diskSpace: () => Promise.resolve(space) })
      desk.arrives(aMail())
      desk.start('fetch', 'intake')
    }
    const error = () => desk.health.of('Support', 'imap')?.error ?? null

    test('is nearly full: nothing is taken, which is said, and all when there is room', async () => {
      space = { freeBytes: 499 * MB, totalBytes: 100_000 * MB }
      await start()
      expect(await until('the refusal', error)).toMatch(/only 499 MB are free/)
      expect(await desk.store.read('inbound_messages').select()).toEqual([])
      space = { freeBytes: 501 * MB, totalBytes: 100_000 * MB }
      expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket' }])
      expect(error()).toBeNull()
    })

    test('fills up while the daemon watches: what comes then waits on its server', async () => {
      space = { freeBytes: 501 * MB, totalBytes: 100_000 * MB }
      await start()
      await desk.untilSettled(1)
      space = { freeBytes: 499 * MB, totalBytes: 100_000 * MB }
      desk.arrives(aMail())
      expect(await until('the refusal', error)).toMatch(/only 499 MB are free/)
      expect(await desk.store.read('inbound_messages').select()).toHaveLength(1)
      space = null
      await desk.untilSettled(2)
    })

    test.each([
      ['is small, and has room', { freeBytes: 100 * MB, totalBytes: 1_000 * MB }],
      ['is somebody else’s', null],
    ] as const)('%s: mail is taken', async (_what, given) => {
      space = given
      await start()
      expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket' }])
    })
  },
  onDesk,
)
