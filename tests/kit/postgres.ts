/**
 * A real PostgreSQL for the tests, from npm: no installation, no container, its own temp
 * directory, loopback only, in a child process (postgres-process.ts).
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { makeScratch } from './scratch-directory.ts'

export interface PostgresServer {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

type Report = { server: PostgresServer } | { error: string }

export async function startPostgres(options: {
  durable: boolean
}): Promise<{ server: PostgresServer; stop: () => Promise<void> }> {
  const child = fork(
    new URL('./postgres-process.ts', import.meta.url),
    [makeScratch('cluster'), options.durable ? 'durable' : 'volatile'],
    { execArgv: ['--import', 'tsx'] },
  )
  const exited = once(child, 'exit')
  const report = await Promise.race([
    once(child, 'message').then(([message]) => message as Report),
    exited.then((): Report => ({ error: 'the process that starts PostgreSQL died' })),
  ])
  if ('error' in report) {
    child.kill()
    throw new Error(report.error)
  }
  const stop = async (): Promise<void> => {
    child.disconnect()
    await exited
  }
  return { server: report.server, stop }
}
