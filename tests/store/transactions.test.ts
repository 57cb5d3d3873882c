import { describe, expect, test } from 'vitest'
import { inSavepoint } from '../../src/store/group-commit.ts'
import { Overtaken } from '../../src/store/database-errors.ts'
import type { Store, Tx } from '../../src/store/open.ts'
import { eachDatabase } from '../kit/databases.ts'
import { migrated, open, stores } from './a-store.ts'

const names = async (store: Store): Promise<string[]> =>
  (await store.read<{ name: string }>('inboxes').orderBy('id').select('name')).map((r) => r.name)

const add = (name: string) => (tx: Tx) =>
  tx('inboxes').insert({ name, address: `${name}@acme.test`, created_at: 0 })

eachDatabase(
  'transactions',
  (fresh, kind) => {
    const start = stores(fresh)

    test('works that wait together fail alone', async () => {
      const store = await start()
      const results = await Promise.allSettled([
        store.transaction(add('a')),
        store.transaction(async (tx) => {
          await add('gone')(tx)
          throw new Error('changed my mind')
        }),
        store.transaction(add('Support')),
        store.transaction(add('b')),
      ])
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ])
      expect(results[1]).toMatchObject({ reason: { message: 'changed my mind' } })
      expect((await names(store)).toSorted()).toEqual(['Support', 'a', 'b'])
    })

    test('a hundred at once are all there, each with its own answer', async () => {
      const store = await start()
      const all = Array.from({ length: 100 }, (_, n) =>
        store.transaction(async (tx) => {
          await add(`n${n}`)(tx)
          return n
        }),
      )
      expect(await Promise.all(all)).toEqual(all.map((_, n) => n))
      expect(await names(store)).toHaveLength(101)
    })

    test('what is resolved can be read through another connection at once', async () => {
      const database = await fresh()
      const [writer, reader] = [await open(database), await open(database)]
      const all = ['a', 'b', 'c'].map(async (name) => {
        await writer.transaction(add(name))
        return (await names(reader)).includes(name)
      })
      expect(await Promise.all(all)).toEqual([true, true, true])
      await writer.close()
      await reader.close()
    })

    test('work that was overtaken is done again from its beginning', async () => {
      const store = await start()
      let attempts = 0
      const run = store.transaction(async (tx) => {
        attempts += 1
        await add('once')(tx)
        if (attempts < 3) throw new Overtaken('somebody was faster')
      })
      await run
      expect(attempts).toBe(3)
      expect(await names(store)).toEqual(['Support', 'once'])
    })

    test('work that is always overtaken fails in the end', async () => {
      const store = await start()
      let attempts = 0
      const run = store.transaction(() => {
        attempts += 1
        return Promise.reject(new Overtaken('again'))
      })
      await expect(run).rejects.toThrow(Overtaken)
      expect(attempts).toBe(5)
    })

    test('a savepoint that fails takes only its own part with it', async () => {
      const store = await start()
      await store.transaction(async (tx) => {
        const bad = await inSavepoint(tx, async () => {
          await add('bad')(tx)
          await add('Support')(tx)
        })
        const good = await inSavepoint(tx, () => add('good')(tx))
        expect([bad.ok, good.ok]).toEqual([false, true])
      })
      expect(await names(store)).toEqual(['Support', 'good'])
    })

    test('closing waits for what was asked for', async () => {
      const database = await fresh()
      const store = await open(database)
      const pending = ['x', 'y'].map((name) => store.transaction(add(name)))
      await store.close()
      await Promise.all(pending)
      const again = await open(database)
      expect((await names(again)).toSorted()).toEqual(['x', 'y'])
      await again.close()
    })

    if (kind === 'sqlite') {
      describe('SQLite', () => {
        const PRAGMAS: readonly [name: string, want: unknown][] = [
          ['journal_mode', 'wal'],
          ['synchronous', 2],
          ['foreign_keys', 1],
          ['busy_timeout', 5_000],
        ]
        test.each(PRAGMAS)('every connection has %s = %s', async (name, want) => {
          const store = await start()
          const read = Object.values((await store.read.raw(`PRAGMA ${name}`))[0] as object)[0]
          const [row] = await store.transaction(
            (tx) => tx.raw(`PRAGMA ${name}`) as Promise<object[]>,
          )
          expect([read, Object.values(row ?? {})[0]]).toEqual([want, want])
        })

        test('readers cannot write', async () => {
          const store = await start()
          const write = store.read('inboxes').insert({ name: 'x', address: 'x', created_at: 0 })
          await expect(write).rejects.toThrow(/readonly/)
        })
      })
    }
  },
  migrated,
)
