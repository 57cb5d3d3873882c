/** What the operator is told of a database that cannot be used: what it said, and what to do. */
import type { DatabaseConfig } from '../config.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { codeOf, damaged, isDatabaseTrouble, sentenceOf } from './database-errors.ts'

/** For what ends a start or a command: the database's own trouble in words, anything else as it is. */
export function explained(database: DatabaseConfig, err: unknown): unknown {
  return isDatabaseTrouble(err) ? unusable(database, err) : err
}

/** A database that cannot be used, for whatever reason. */
export function unusable(database: DatabaseConfig, cause: unknown): OperatorError {
  const said = sentenceOf(cause)
  const isSqlite = database.kind === 'sqlite'
  if (isSqlite && /NOTADB|CORRUPT|malformed/.test(said)) return damaged(cause, database.file)
  const name = isSqlite ? database.file : database.shown
  const remedy = isSqlite ? SQLITE_REMEDY : postgresRemedy(codeOf(cause), said)
  return new OperatorError(
    EXIT.unavailable,
    `The database ${name} cannot be used: ${said}. ${remedy}`,
    { cause },
  )
}

const SQLITE_REMEDY =
  'Check that the directory exists, that this user may write there, and that the disk is not full.'

function postgresRemedy(code: string, said: string): string {
  if (code === '42501' || code === '3F000') {
    return 'Its user may not do that: let it make tables (GRANT CREATE ON SCHEMA public TO that user) and own those of the desk, or name a database that it owns.'
  }
  if (code === '25006') return 'It can only be read: name the server that can be written.'
  if (code === '55P03' || code === '57014' || /timeout/i.test(said)) {
    return 'It did not answer in time: look whether another Postroom migrates it, or what else keeps it busy, and try again.'
  }
  return 'Check that PostgreSQL runs there and that the user, password and database name in "database" are right.'
}
