/**
 * Which errors are the database's (or the disk's) trouble, rather than the work's or somebody
 * else's? A refused connection to a mail server has the same code as one to PostgreSQL, so errors
 * are noted where they come from: only what came out of our own connections counts.
 */
import type { Knex } from 'knex'
import { EXIT, messageOf, OperatorError } from '../errors.ts'

const noted = new WeakSet<object>()
let refusals = 0

/** Statements of this process so far that were refused for somebody else's lock or change. */
export const contentionsSoFar = (): number => refusals

interface Acquiring {
  acquireRawConnection(): Promise<unknown>
}

/** From now on the errors of this database are known as such. */
export function noteErrorsOf(db: Knex): void {
  db.on('query-error', (err: Error) => {
    noted.add(err)
    if (AGAIN.has(codeOf(err))) refusals += 1
  })
  const client = db.client as Acquiring
  const acquire = client.acquireRawConnection.bind(client)
  client.acquireRawConnection = async () => {
    try {
      return await acquire()
    } catch (err) {
      if (typeof err === 'object' && err !== null) noted.add(err)
      throw err
    }
  }
}

/** Errors after which the same work may simply be done again: nothing of it has happened. */
const AGAIN = new Set([
  'SQLITE_BUSY',
  '40001', // serialization_failure
  '40P01', // deadlock_detected
])

/** Errors of the database or the way to it: wait, do not count an attempt. */
const DOWN =
  /SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOMEM)|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|Connection terminated|Connection ended|not queryable|timeout expired|Query read timeout/
/**
 * PostgreSQL: connection exceptions, a transaction that stood still, resources, operator intervention,
 * read-only after failover, a statement or a wait for a lock that its administrator let end.
 */
const DOWN_STATES = /^(?:08...|25P03|53...|55P03|57014|57P..|58...|25006|40001|40P01)$/
/** The disk below the stored sources. */
const DISK = /^(?:ENOSPC|EDQUOT|EROFS|EIO|EMFILE|ENFILE)$/

/** Somebody changed a row between our look and our update: do the whole work again. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken'
  readonly code = '40001'
}

export const codeOf = (err: unknown): string => {
  const code = err instanceof Error && 'code' in err ? err.code : undefined
  return typeof code === 'string' ? code : ''
}

const isOurs = (err: unknown): boolean =>
  err instanceof Overtaken || (typeof err === 'object' && err !== null && noted.has(err))

export const mayTryAgain = (err: unknown): boolean => isOurs(err) && AGAIN.has(codeOf(err))

/** Is the database (or the disk) out of reach, full or locked, rather than the work being wrong? */
export function isDatabaseDown(err: unknown): boolean {
  if (DISK.test(codeOf(err))) return true
  if (err instanceof Error && err.name === 'KnexTimeoutError') return true
  if (!isOurs(err)) return false
  const message = err instanceof Error ? err.message : ''
  return DOWN.test(codeOf(err)) || DOWN.test(message) || DOWN_STATES.test(codeOf(err))
}

/** PostgreSQL: rights the user lacks, no schema to make tables in. */
const REFUSED_STATES = /^(?:42501|3F000)$/

/** Is it the database that fails or refuses, rather than a statement being wrong or another disk full? */
export const isDatabaseTrouble = (err: unknown): boolean =>
  isOurs(err) && (isCorrupt(err) || isDatabaseDown(err) || REFUSED_STATES.test(codeOf(err)))

/** What the database said, without the statement that knex puts before it. */
export const sentenceOf = (err: unknown): string => messageOf(err).split(' - ').at(-1) ?? ''

/** Is the database damaged? */
export const isCorrupt = (err: unknown): boolean =>
  isOurs(err) && /^SQLITE_(?:CORRUPT|NOTADB)/.test(codeOf(err))

/** A damaged database stops everything: going on could only make it worse. */
export function stopIfCorrupt(err: unknown): void {
  if (isCorrupt(err)) throw damaged(err)
}

/** What is told of a damaged database, wherever it was found out. */
export function damaged(cause: unknown, file: string | null = null): OperatorError {
  const named = file === null ? 'The database' : `The database ${file}`
  return new OperatorError(
    EXIT.config,
    `${named} is damaged or not a database: ${sentenceOf(cause)}. Nothing more is written to it. Keep the file, restore the last backup, and start again; mail still on the server is fetched anew.`,
    { cause },
  )
}
