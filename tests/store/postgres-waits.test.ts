/** PostgreSQL that does not answer in time: nothing is done twice, and nothing by halves. */
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { isDatabaseDown } from '../../src/store/database-errors.ts'
import type { Store } from '../../src/store/open.ts'
import { onPostgres } from '../kit/databases.ts'
import { until } from '../kit/running-desk.ts'
import { open } from './a-store.ts'

/** In place of two minutes. */
const PATIENCE_MS = 400

describe('a statement that takes too long on PostgreSQL', () => {
  const fresh = onPostgres()
  let store: Store
  let other: pg.Client
  afterEach(async () => {
    await other.end()
    await store.close()
  })

  /** A store that waits {@link PATIENCE_MS}, and somebody else who holds a table. */
  async function start(): Promise<void> {
    const database = await fresh()
    other = new pg.Client({ connectionString: database.url })
    await other.connect()
    await other.query('create table free (n int); create table held (n int)')
    const url = `${database.url}?query_timeout=${PATIENCE_MS}`
    store = await open({ ...database, url })
    await other.query('begin; lock table held')
  }

  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => null,
      (err: unknown) => err,
    )

  const insertBoth = (n: number) =>
    store.transaction(async (tx) => {
      await tx('free').insert({ n })
      await tx('held').insert({ n })
    })

  test('is the database’s trouble, and its transaction is not continued by the next one', async () => {
    await start()
    expect(isDatabaseDown(await failureOf(insertBoth(1)))).toBe(true)
    const waiting = `select 1 from pg_stat_activity where application_name = 'postroom'
      and datname = current_database() and query like '%held%'`
    await store.transaction((tx) => tx('free').insert({ n: 2 }))
    await other.query('commit')
    await until('its session to end', async () => (await other.query(waiting)).rowCount === 0)
    expect((await other.query('select n from free order by n')).rows).toEqual([{ n: 2 }])
    expect((await other.query('select n from held')).rows).toEqual([])
  })

  test('leaves it to those who asked together whether they ask again', async () => {
    await start()
    const begun: number[] = []
    const works = [1, 2].map((n) =>
      failureOf(
        store.transaction(async (tx) => {
          begun.push(n)
          await tx('held').insert({ n })
        }),
      ),
    )
    const failures = await Promise.all(works)
    expect(failures.map(isDatabaseDown)).toEqual([true, true])
    expect(begun.filter((n) => n === 1)).toHaveLength(1)
  })
})
