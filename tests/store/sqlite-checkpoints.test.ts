/** SQLite's log is copied into the file while others write, and never in their way. */
import { copyFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import knex from 'knex'
import { expect, test, vi } from 'vitest'
import { KeptStatements } from '../../src/store/kept-statements.ts'
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

/** Rows in the file alone, without its log; null of a copy that was taken in the middle of being written. */
async function inFile(file: string): Promise<number | null> {
  const copy = path.join(path.dirname(file), 'copy.db')
  copyFileSync(file, copy)
  const db = knex({ client: 'sqlite3', connection: { filename: copy }, useNullAsDefault: true })
  try {
    const row = await db('inboxes').count({ count: '*' }).first<{ count: number }>()
    return row.count
  } catch {
    return null
  } finally {
    await db.destroy()
  }
}

interface Reader {
  /** It reads no older state any more, and stays connected: whoever else closes is not the last. */
  done(): Promise<void>
  close(): Promise<void>
}

/** Somebody who reads the state of now until it is done, as a backup does. */
async function readerOf(file: string): Promise<Reader> {
  const db = knex({ client: 'sqlite3', connection: { filename: file }, useNullAsDefault: true })
  const snapshot = await db.transaction()
  await snapshot('inboxes').first()
  return {
    async done() {
      await snapshot.rollback()
    },
    close: () => db.destroy(),
  }
}

/** Words that were overwritten while somebody reads them. */
async function erasedBesideReader(store: Store, file: string): Promise<Reader> {
  await write(store, 0)
  const address = (text: string) =>
    store.transaction((tx) => tx('inboxes').where({ id: 1 }).update({ address: text }))
  await address('secretsecret')
  const reader = await readerOf(file)
  await address('x')
  return reader
}

const logOf = (file: string): Buffer => readFileSync(`${file}-wal`)

test('after some commits what they wrote is in the file', async () => {
  const { store, file } = await opened()
  await write(store, 0)
  expect(await inFile(file)).toBe(0)
  for (let n = 1; n < 40; n += 1) await write(store, n)
  await until('the file', async () => ((await inFile(file)) ?? 0) >= 16)
  await store.close()
})

test('the log is emptied while others write, and what was erased is not in it', async () => {
  const { store, file } = await opened()
  await write(store, 0)
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
    expect(logOf(file).includes(secret)).toBe(false)
  }
  over.abort()
  await writing
  await store.close()
})

test('while somebody reads an older state others write, and then the log empties by itself', async () => {
  const { store, file } = await opened()
  const reader = await erasedBesideReader(store, file)
  const forgetting = store.forgetLog()
  for (let n = 1; n < 20; n += 1) await write(store, n)
  await forgetting
  await write(store, 20)
  expect(logOf(file).includes('secretsecret')).toBe(true)
  await reader.done()
  await until('an empty log', () => logOf(file).length === 0)
  await reader.close()
  await store.close()
})

test('while it waits for somebody who reads, the next erasure does not wait once more', async () => {
  const { store, file } = await opened()
  const reader = await erasedBesideReader(store, file)
  // Every statement is asked about there.
  const asked = vi.spyOn(KeptStatements, 'worthKeeping')
  const tries = async (): Promise<number> => {
    asked.mockClear()
    await store.forgetLog()
    return asked.mock.calls.filter(([sql]) => sql.includes('TRUNCATE')).length
  }
  const first = await tries()
  expect(first).toBeGreaterThan(1)
  expect(await tries()).toBeLessThan(first)
  asked.mockRestore()
  await reader.done()
  await reader.close()
  await store.close()
})

test('a log that could not be emptied is emptied at the end, although others have the file open', async () => {
  const { store, file } = await opened()
  const reader = await erasedBesideReader(store, file)
  await store.forgetLog()
  await reader.done()
  await store.close()
  expect(logOf(file).length).toBe(0)
  await reader.close()
})
