import { expect, test } from 'vitest'
import { sweepBlobs } from '../../src/store/blob-garbage.ts'
import { DatabaseBlobs } from '../../src/store/database-blobs.ts'
import { deleteUnused, insertUpload } from '../../src/store/uploads.ts'
import { eachDatabase } from '../kit/databases.ts'
import { AT, later, migrated, stores } from './a-store.ts'

const DAY_MS = 86_400_000

eachDatabase(
  'uploads that no comment got',
  (fresh) => {
    const open = stores(fresh)

    test('go after a day, with their bytes unless something else has the same', async () => {
      const store = await open()
      const blobs = new DatabaseBlobs(store)
      const upload = async (text: string, at: Date) => {
        const stored = await blobs.put(Buffer.from(text))
        const row = { ...stored, uploadedBy: 1, filename: null, contentType: 'text/plain' }
        await store.transaction((tx) => insertUpload(tx, row, at))
        return stored.sha256
      }
      const old = await upload('old', AT)
      const twice = await upload('twice', AT)
      await upload('twice', later(DAY_MS))
      const young = await upload('young', later(DAY_MS))
      const now = later(DAY_MS + 1_000)
      const forget = () => store.transaction((tx) => deleteUnused(tx, later(1_000), now))
      expect([await forget(), await forget()]).toEqual([2, 0])
      const files = await store.read('attachments').select<{ sha256: string }[]>('sha256')
      expect(files.map(({ sha256 }) => sha256).toSorted()).toEqual([twice, young].toSorted())
      await sweepBlobs({ store, blobs }, later(2 * DAY_MS))
      const left = await Promise.all([old, twice, young].map((sha256) => blobs.get(sha256)))
      expect(left.map((bytes) => bytes?.toString() ?? null)).toEqual([null, 'twice', 'young'])
    })
  },
  migrated,
)
