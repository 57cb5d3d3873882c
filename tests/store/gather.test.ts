import { expect, test } from 'vitest'
import { eachOf, gathered, gathering, inOrder, sideBySideIn } from '../../src/store/gather.ts'
import { inSavepoint } from '../../src/store/group-commit.ts'
import type { Queryable, Tx } from '../../src/store/open.ts'
import { findUserByEmail } from '../../src/store/users.ts'
import { eachDatabase } from '../kit/databases.ts'
import { anAddress } from '../kit/desk-context.ts'
import { migrated, stores } from './a-store.ts'

eachDatabase(
  'works side by side',
  (fresh) => {
    const start = stores(fresh)

    /** Answers each number with its double, and notes what it was asked at a time. */
    function doubling(): {
      double: (db: Queryable, n: number) => Promise<number>
      asked: number[][]
    } {
      const asked: number[][] = []
      const double = gathered((_db, all: readonly number[]) => {
        asked.push([...all])
        if (all.includes(13)) return Promise.reject(new Error('not 13'))
        return Promise.resolve(all.map((n) => 2 * n))
      })
      return { double, asked }
    }

    test('what they ask for at the same time is asked together, and each gets its own', async () => {
      const store = await start()
      const { double, asked } = doubling()
      const answers = await store.transaction((tx) =>
        gathering(
          tx,
          [1, 2, 3].map((n) => async () => {
            // Somebody who is a few steps behind still comes along.
            for (let step = 0; step < n; step += 1) await Promise.resolve()
            return double(tx, await double(tx, n))
          }),
        ),
      )
      expect(answers).toEqual([4, 8, 12])
      expect(asked).toEqual([
        [1, 2, 3],
        [2, 4, 6],
      ])
    })

    test('a hundred go into one statement, no more', async () => {
      const store = await start()
      const { double, asked } = doubling()
      const numbers = Array.from({ length: 150 }, (_, n) => n + 20)
      const answers = await store.transaction((tx) =>
        gathering(
          tx,
          numbers.map((n) => () => double(tx, n)),
        ),
      )
      expect(answers).toEqual(numbers.map((n) => 2 * n))
      expect(asked.map(({ length }) => length)).toEqual([100, 50])
    })

    test('outside of it every question is asked at once', async () => {
      const store = await start()
      const { double, asked } = doubling()
      await store.transaction(async (tx) => {
        expect(sideBySideIn(tx)).toBeNull()
        await Promise.all([double(tx, 1), double(tx, 2)])
        const isAlone = () => Promise.resolve(sideBySideIn(tx) === null)
        expect(await gathering(tx, [isAlone, isAlone])).toEqual([false, false])
        expect(await gathering(tx, [isAlone])).toEqual([true])
        expect(sideBySideIn(tx)).toBeNull()
      })
      expect(asked).toEqual([[1], [2]])
    })

    test('one failure fails all that asked together, and the others are waited for', async () => {
      const store = await start()
      const { double } = doubling()
      const finished: number[] = []
      const failing = store.transaction((tx) =>
        gathering(tx, [
          () => double(tx, 13),
          () => double(tx, 1),
          async () => {
            await tx.raw('select 1')
            finished.push(3)
            return 3
          },
        ]),
      )
      await expect(failing).rejects.toThrow('not 13')
      expect(finished).toEqual([3])
    })

    test('a savepoint is refused: it would undo what the others wrote meanwhile', async () => {
      const store = await start()
      const work = (tx: Tx) => () => inSavepoint(tx, () => Promise.resolve(1))
      const side = store.transaction((tx) => gathering(tx, [work(tx), work(tx)]))
      await expect(side).rejects.toThrow('side by side')
      const alone = store.transaction((tx) => gathering(tx, [work(tx)]))
      expect(await alone).toEqual([{ ok: true, value: 1 }])
    })

    test('several selects in one statement keep apart what each of them finds', async () => {
      const store = await start()
      const select = (name: string, limit: number) => ({
        sql: 'select name from inboxes where name = ? limit ?',
        bindings: [name, limit],
      })
      await store.transaction((tx) =>
        tx('inboxes').insert({ name: 'b', address: 'b@acme.test', created_at: 0 }),
      )
      const found = await eachOf<{ name: string }>(store.read, [
        select('none', 1),
        select('b', 5),
        select('Support', 5),
      ])
      expect(found.map((rows) => rows.map(({ name }) => name))).toEqual([[], ['b'], ['Support']])
      expect(await findUserByEmail(store.read, anAddress('nobody@acme.test'))).toBeNull()
    })
  },
  migrated,
)

test('an insert of many that gives other rows back is an error', () => {
  const isSame = (row: { id: number; name: string }, name: string) => row.name === name
  const rows = [
    { id: 8, name: 'b' },
    { id: 7, name: 'a' },
  ]
  expect(inOrder(rows, ['a', 'b'], isSame).map(({ id }) => id)).toEqual([7, 8])
  expect(() => inOrder(rows, ['b', 'a'], isSame)).toThrow('other rows')
  expect(() => inOrder(rows, ['a'], isSame)).toThrow('other rows')
})
