import path from 'node:path'
import type { Knex } from 'knex'
import { afterEach, describe, expect, test } from 'vitest'
import { openSqliteReaders, openSqliteWriter } from '../../src/store/sqlite.ts'
import { scratchDirectories } from '../kit/scratch.ts'

describe('a SQLite connection keeps its statements', () => {
  const scratch = scratchDirectories('statements')
  const opened: Knex[] = []
  afterEach(async () => {
    for (const db of opened.splice(0)) await db.destroy()
  })

  async function start(): Promise<{ writer: Knex; reader: Knex }> {
    const file = path.join(scratch.make(), 'x.db')
    const writer = openSqliteWriter(file)
    await writer.schema.createTable('t', (t) => {
      t.increments('id')
      t.text('word').unique()
    })
    const reader = openSqliteReaders(file)
    opened.push(writer, reader)
    return { writer, reader }
  }
  const words = async (db: Knex): Promise<string[]> => db('t').orderBy('id').pluck('word')

  test('the same statement with other values gives other rows', async () => {
    const { writer } = await start()
    const ids: number[] = []
    for (const word of ['a', 'b', 'c']) {
      const [row] = await writer('t').insert({ word }).returning<{ id: number }[]>('id')
      ids.push(row?.id ?? 0)
    }
    expect(ids).toEqual([1, 2, 3])
    expect(await writer('t').where({ word: 'b' }).update({ word: 'B' })).toBe(1)
    expect(await writer('t').where({ word: 'b' }).update({ word: 'B' })).toBe(0)
    expect(await words(writer)).toEqual(['a', 'B', 'c'])
  })

  test('a statement that was refused works the next time, and holds nothing meanwhile', async () => {
    const { writer, reader } = await start()
    const add = (word: string) => writer('t').insert({ word })
    await add('a')
    for (let again = 0; again < 3; again += 1) {
      await expect(add('a')).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
    }
    await add('b')
    expect(await words(reader)).toEqual(['a', 'b'])
  })

  test('a column that came meanwhile is in the answer', async () => {
    const { writer, reader } = await start()
    await writer('t').insert({ word: 'a' })
    expect(await reader('t').first()).toEqual({ id: 1, word: 'a' })
    await writer.schema.alterTable('t', (t) => t.text('more').defaultTo('yes'))
    expect(await reader('t').first()).toEqual({ id: 1, word: 'a', more: 'yes' })
  })

  test('a thousand different statements are no trouble, and the file is free afterwards', async () => {
    const { writer } = await start()
    await writer('t').insert({ word: 'a' })
    for (let n = 1; n <= 1_000; n += 1) {
      const [row] = await writer.raw<{ n: number }[]>(`select ${n} as n from t`)
      expect(row?.n).toBe(n)
    }
    await expect(writer.destroy()).resolves.toBeUndefined()
  })

  test('the same statement many times at once gives each its own answer', async () => {
    const { writer } = await start()
    await writer.transaction(async (tx) => {
      const ids = await Promise.all(
        Array.from({ length: 50 }, (_, n) => tx('t').insert({ word: `w${n}` })),
      )
      expect(new Set(ids.flat()).size).toBe(50)
    })
  })

  test('a wrong statement says so each time', async () => {
    const { writer } = await start()
    for (let again = 0; again < 2; again += 1) {
      await expect(writer('t').select('nowhere')).rejects.toThrow('no such column')
    }
    expect(await words(writer)).toEqual([])
  })
})
