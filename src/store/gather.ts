/**
 * Statements that wait at the same time become one.
 *
 * Most of what a small statement costs is the way to the database and back. Where many works of
 * the same kind run side by side in one transaction, each asks for its one row, and what all of
 * them ask for goes to the database together, as in Facebook's DataLoader. Outside of
 * {@link gathering} every call is a statement of its own.
 */
import type { Queryable, Tx } from './open.ts'
import { rawRows } from './raw-rows.ts'

interface Waiting<A, R> {
  readonly asked: A
  readonly resolve: (answer: R) => void
  readonly reject: (err: unknown) => void
}

/** Transactions in which works run side by side, with something that stands for this time. */
const gatheringIn = new WeakMap<object, object>()

/** SQLite compiles many rows to a compound select of at most 500 terms. */
const TOGETHER_MAX = 100

/**
 * Runs `works` side by side in `tx`, which nobody else uses meanwhile. They must not depend on
 * each other, and none of them may undo a part of what it did: a savepoint would undo what the others
 * wrote since. When one fails, the others are waited for before the first error is thrown.
 */
export async function gathering<T>(tx: Tx, works: readonly (() => Promise<T>)[]): Promise<T[]> {
  const [only, ...others] = works
  if (only === undefined) return []
  if (others.length === 0) return [await only()]
  gatheringIn.set(tx, {})
  try {
    const all = await Promise.allSettled(works.map((work) => work()))
    return all.map((one) => {
      if (one.status === 'rejected') throw one.reason
      return one.value
    })
  } finally {
    gatheringIn.delete(tx)
  }
}

/** The same object for all works that run side by side here; null: there is only one work. */
export const sideBySideIn = (db: Queryable): object | null => gatheringIn.get(db) ?? null

/**
 * A question or an insert that can be made for many at once. `forAll` answers in the order it was
 * asked; when it fails, everybody who asked gets its error.
 */
export function gathered<A, R>(
  forAll: (db: Queryable, asked: readonly A[]) => Promise<readonly R[]>,
): (db: Queryable, asked: A) => Promise<R> {
  const waitingIn = new WeakMap<object, Waiting<A, R>[]>()
  const ask = async (db: Queryable, waiting: readonly Waiting<A, R>[]): Promise<void> => {
    try {
      const answers = await forAll(
        db,
        waiting.map(({ asked }) => asked),
      )
      if (answers.length !== waiting.length) throw new Error('not everybody was answered')
      for (const [index, { resolve }] of waiting.entries()) resolve(answers[index] as R)
    } catch (err) {
      for (const { reject } of waiting) reject(err)
    }
  }
  return (db, asked) =>
    new Promise<R>((resolve, reject) => {
      const one = { asked, resolve, reject }
      if (!gatheringIn.has(db)) {
        void ask(db, [one])
        return
      }
      const already = waitingIn.get(db)
      if (already !== undefined) {
        already.push(one)
        return
      }
      const waiting = [one]
      waitingIn.set(db, waiting)
      afterEverybody(() => {
        waitingIn.delete(db)
        for (let start = 0; start < waiting.length; start += TOGETHER_MAX) {
          void ask(db, waiting.slice(start, start + TOGETHER_MAX))
        }
      })
    })
}

/** When all that can go on now has gone on: works a few promises behind still come along. */
function afterEverybody(then: () => void): void {
  void Promise.resolve().then(() => process.nextTick(then))
}

/**
 * The rows of an insert of many, one for each that was asked for. Ids follow the order of the
 * values; that a row is the one that was meant is looked at all the same.
 */
export function inOrder<Row extends { readonly id: number }, A>(
  rows: readonly Row[],
  asked: readonly A[],
  isSame: (row: Row, asked: A) => boolean,
): Row[] {
  const sorted = rows.toSorted((a, b) => a.id - b.id)
  const fits = asked.every((one, index) => {
    const row = sorted[index]
    return row !== undefined && isSame(row, one)
  })
  if (!fits || sorted.length !== asked.length) throw new Error('an insert gave other rows back')
  return sorted
}

/** What each of several selects finds, in one statement. Same columns; no `order by` across them. */
export async function eachOf<Row>(
  db: Queryable,
  selects: readonly {
    readonly sql: string
    readonly bindings: readonly (string | number | boolean | null)[]
  }[],
): Promise<Row[][]> {
  const sql = selects
    .map((select, index) => `select ${index} as part, one.* from (${select.sql}) as one`)
    .join(' union all ')
  const bindings = selects.flatMap((select) => select.bindings)
  const rows = await rawRows<Row & { part: number }>(db, sql, bindings)
  return selects.map((_, index) => rows.filter(({ part }) => part === index))
}
