/** What the operator is told of a database that cannot be used: what it said, and what to do. */
import type { DatabaseConfig } from '../config.ts'
import { EXIT, messageOf, OperatorError } from '../errors.ts'
import { damaged, isCorrupt } from './database-errors.ts'

/** For what ends a start or a command: the database's own trouble in words, anything else as it is. */
export function explained(database: DatabaseConfig, err: unknown): unknown {
  return isCorrupt(err) ? unusable(database, err) : err
}

/** A database that could not be opened, for whatever reason. */
export function unusable(database: DatabaseConfig, cause: unknown): OperatorError {
  const said = messageOf(cause)
  if (database.kind === 'postgres') {
    return new OperatorError(
      EXIT.unavailable,
      `The database ${database.shown} cannot be used: ${said}. Check that PostgreSQL runs there and that the user, password and database name in "database" are right.`,
      { cause },
    )
  }
  if (/NOTADB|CORRUPT|malformed/.test(said)) return damaged(cause, database.file)
  return new OperatorError(
    EXIT.unavailable,
    `The database ${database.file} cannot be used: ${said}. Check that the directory exists, that this user may write there, and that the disk is not full.`,
    { cause },
  )
}
