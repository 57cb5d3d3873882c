/** Before any test: one PostgreSQL for the whole run. After the last one: gone again. */
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: PostgresServer
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startPostgres({ durable: false })
  project.provide('postgres', server)
  return stop
}
