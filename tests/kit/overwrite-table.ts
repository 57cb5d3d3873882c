/** Damages a SQLite database: nonsense where the rows of one table begin, and the rest is as it was. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { openStore } from '../../src/store/open.ts'

export async function overwriteTable(file: string, name: string): Promise<void> {
  const store = await openStore({ kind: 'sqlite', file })
  const [table] = await store
    .read('sqlite_master')
    .where({ name })
    .select<{ rootpage: number }[]>('rootpage')
  const [page] = await store.read.raw<{ page_size: number }[]>('PRAGMA page_size')
  await store.close()
  if (table === undefined || page === undefined) throw new Error(`there is no table ${name}`)
  const size = page.page_size
  const disk = openSync(file, 'r+')
  writeSync(disk, Buffer.alloc(size, 0x5a), 0, size, (table.rootpage - 1) * size)
  closeSync(disk)
}
