/** As global-setup.ts, with a PostgreSQL that really writes to the disk, for the crash tests. */
import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres.ts'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startPostgres({ durable: true })
  project.provide('postgres', server)
  return stop
}
