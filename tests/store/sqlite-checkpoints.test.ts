/** SQLite's log is copied into the file while others write, and never in their way. */
import { copyFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import knex from 'knex'
import { expect, test } from 'vitest'
import { type Store, openStore } from '../../src/store/open.ts'
import { onSqlite } from '../kit/databases.ts'
import { deskConfig } from '../kit/desk-context.ts'
import { until } from '../kit/running-desk.ts'
import { migrated } from './a-store.ts'

const fresh = onSqlite(migrated)

async function opened(): Promise<{ store: Store; file: string }> {
  const { database } = deskConfig(await fresh())
  if (database.kind !== 'sqlite') expect.fail('not SQLite')
  return { store: await openStore(database), file: database.file }
}

const write = (store: Store, n: number): Promise<unknown> =>
  store.transaction((tx) =>
    tx('inboxes').insert({ name: `n${n}`, address: `n${n}@acme.test`, created_at: 0 }),
  )

/** Of the file alone, without its log. */
async function inFile(file: string): Promise<number> {
  const copy = path.join(path.dirname(file), 'copy.db')
  copyFileSync(file, copy)
  const db = knex({ client: 'sqlite3', connection: { filename: copy }, useNullAsDefault: true })
  try {
    const row = await db('inboxes').count({ count: '*' }).first<{ count: number }>()
    return row.count
  } catch {
    // Copied in the middle of being written.
    return 0
  } finally {
    await db.destroy()
  }
}

test('after some commits what they wrote is in the file', async () => {
  const { store, file } = await opened()
  await write(store, 0)
  expect(await inFile(file)).toBe(0)
  for (let n = 1; n < 40; n += 1) await write(store, n)
  await until('the file', async () => (await inFile(file)) >= 16)
  await store.close()
})

test('the log is emptied while others write, and what was erased is not in it', async () => {
  const { store, file } = await opened()
  const over = new AbortController()
  const writing = (async () => {
    for (let n = 1000; !over.signal.aborted; n += 1) await write(store, n)
  })()
  for (let n = 0; n < 20; n += 1) {
    const secret = `secret${n}secret`
    await store.transaction((tx) => tx('inboxes').where({ id: 1 }).update({ address: secret }))
    await store.transaction((tx) =>
      tx('inboxes')
        .where({ id: 1 })
        .update({ address: `x${n}` }),
    )
    await store.forgetLog()
    expect(readFileSync(`${file}-wal`).includes(secret)).toBe(false)
  }
  over.abort()
  await writing
  await store.close()
})
