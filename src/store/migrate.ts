/**
 * Brings the schema up to date: the pending migrations, in one transaction, by one holder.
 * A killed migration leaves nothing behind, and two daemons starting together cannot clash.
 */
import { migrations } from '../../migrations/index.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { passing } from '../fault-points.ts'
import type { Queryable, Store, Tx } from './open.ts'

/** Any number that nothing else on the same PostgreSQL uses: "postroom" in ASCII, cut. */
const ADVISORY_LOCK = 0x706f7374

export interface MigrationStatus {
  readonly version: number
  readonly name: string
  /** When it was applied, or null: pending. */
  readonly appliedAt: Date | null
}

/**
 * Applies what is pending, up to a version; returns the versions applied now. Refuses a newer schema.
 */
export async function migrate(
  store: Store,
  at: Date,
  upTo = Number.POSITIVE_INFINITY,
): Promise<number[]> {
  return store.exclusively(async (tx) => {
    if (store.kind === 'postgres') {
      await tx.raw('select pg_advisory_xact_lock(?)', [ADVISORY_LOCK])
    }
    await makeTable(tx)
    const applied = await appliedVersions(tx)
    refuseNewer(applied)
    const done: number[] = []
    for (const migration of migrations) {
      if (applied.has(migration.version) || migration.version > upTo) continue
      await migration.up(tx)
      await passing('migrate.step')
      await tx('schema_migrations').insert({
        version: migration.version,
        name: migration.name,
        applied_at: at.getTime(),
      })
      done.push(migration.version)
    }
    return done
  }, 'unhurried')
}

/** Every known migration with the time it was applied. */
export async function migrationStatus(store: Store): Promise<MigrationStatus[]> {
  const applied = await appliedOrNone(store)
  refuseNewer(applied)
  return migrations.map(({ version, name }) => ({
    version,
    name,
    appliedAt: applied.get(version) ?? null,
  }))
}

/** The newest migration that was applied; 0: none. */
export async function schemaVersion(store: Store): Promise<number> {
  const applied = await appliedOrNone(store)
  refuseNewer(applied)
  return Math.max(0, ...applied.keys())
}

async function appliedOrNone(store: Store): Promise<Map<number, Date>> {
  if (!(await store.read.schema.hasTable('schema_migrations'))) return new Map()
  return appliedVersions(store.read)
}

async function makeTable(tx: Tx): Promise<void> {
  if (await tx.schema.hasTable('schema_migrations')) return
  await tx.schema.createTable('schema_migrations', (t) => {
    t.integer('version').primary()
    t.text('name').notNullable()
    t.bigInteger('applied_at').notNullable()
  })
}

async function appliedVersions(db: Queryable): Promise<Map<number, Date>> {
  const rows = await db<{ version: number; applied_at: number }>('schema_migrations').select()
  return new Map(rows.map((row) => [row.version, new Date(row.applied_at)]))
}

function refuseNewer(applied: ReadonlyMap<number, Date>): void {
  const known = Math.max(...migrations.map(({ version }) => version))
  const newest = Math.max(0, ...applied.keys())
  if (newest > known) {
    throw new OperatorError(
      EXIT.config,
      `The database has schema ${newest}, made by a newer Postroom; this one knows up to ${known}. It was left unchanged. Run the newer version again, or restore the backup made before the upgrade.`,
    )
  }
}
