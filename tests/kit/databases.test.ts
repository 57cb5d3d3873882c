/** The kit itself: fresh databases are really fresh, and copies of what was prepared. */
import { statSync } from 'node:fs'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { eachDatabase, onPostgres } from './databases.ts'

eachDatabase('a fresh database', (fresh, kind) => {
  test('is a new one each time, with a data directory', async () => {
    const [first, second] = [await fresh(), await fresh()]
    expect(first.url).not.toBe(second.url)
    expect(first.kind).toBe(kind)
    expect(statSync(first.dataDir).isDirectory()).toBe(true)
  })
})

describe('a prepared PostgreSQL database', () => {
  const query = async (url: string, sql: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>(sql)
    await client.end()
    return rows
  }
  const fresh = onPostgres({
    prepare: async ({ url }) => {
      await query(url, 'CREATE TABLE letters (name text)')
    },
  })

  test('starts as a copy and shares nothing with the next one', async () => {
    const [first, second] = [await fresh(), await fresh()]
    await query(first.url, `INSERT INTO letters VALUES ('a')`)
    expect(await query(first.url, 'SELECT * FROM letters')).toEqual([{ name: 'a' }])
    expect(await query(second.url, 'SELECT * FROM letters')).toEqual([])
  })
})
