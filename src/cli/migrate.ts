/** `postroom migrate up|status`. */
import type { Config } from '../config.ts'
import { explained } from '../store/explain-failure.ts'
import { migrate, migrationStatus } from '../store/migrate.ts'
import { openStore } from '../store/open.ts'
import type { ExplainIo } from './explain.ts'

export async function runMigrate(
  config: Config,
  { verb, json }: { verb: 'up' | 'status'; json: boolean },
  io: ExplainIo,
): Promise<number> {
  const store = await openStore(config.database)
  try {
    if (verb === 'up') {
      const applied = await migrate(store, new Date())
      io.stderr.write(
        applied.length === 0
          ? 'The database is up to date.\n'
          : `Applied ${applied.length} migration(s): ${applied.join(', ')}.\n`,
      )
    }
    const status = await migrationStatus(store)
    if (json) {
      const rows = status.map(({ version, name, appliedAt }) => ({
        version,
        name,
        applied_at: appliedAt?.toISOString() ?? null,
      }))
      io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    } else if (verb === 'status') {
      for (const { version, name, appliedAt } of status) {
        const when = appliedAt === null ? 'pending' : `applied ${appliedAt.toISOString()}`
        io.stdout.write(`${String(version).padStart(4, '0')}  ${name}  ${when}\n`)
      }
    }
    return 0
  } catch (err) {
    throw explained(config.database, err)
  } finally {
    await store.close()
  }
}
