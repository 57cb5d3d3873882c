/** Outside /api/v1: is the process alive, and is it ready. */
import { z } from 'zod'
import type { Events } from '../events.ts'
import { pause } from '../pause.ts'
import { migrationStatus } from '../store/migrate.ts'
import type { Store } from '../store/open.ts'
import { media } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import type { Answer, Route } from './route.ts'

/** A database that takes longer than this for nothing is locked, full or gone. */
const PROBE_MS = 1_000

const ReadyJson = z.strictObject({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  checks: z.record(z.string(), z.string()),
  troubles: z.array(z.strictObject({ inbox: z.string(), side: z.string(), error: z.string() })),
})
const ALIVE = {
  path: '/healthz',
  summary: 'Is the process alive?',
  answers: { 200: media('text/plain') },
}
const READY = {
  path: '/readyz',
  summary: 'Is it ready, and what is wrong?',
  answers: { 200: ReadyJson, 503: ReadyJson },
}

export function probeRoutes(deps: ApiDeps): readonly Route[] {
  const database = sharedProbe(deps.events, () => canWrite(deps.store))
  const migrations = sharedProbe(deps.events, () => isMigrated(deps.store))
  return [
    publicRoute(ALIVE, async () => ({ body: 'ok\n' })),
    publicRoute(READY, async () => {
      const checks = {
        database: await database(),
        migrations: await migrations(),
        draining: deps.draining() ? 'stopping' : 'ok',
      }
      return readiness(checks, deps.health.troubles())
    }),
  ]
}

function publicRoute(
  { path, summary, answers }: Pick<Route, 'path' | 'summary' | 'answers'>,
  answer: () => Promise<Answer>,
): Route {
  const access = { roles: 'public' } as const
  const asked = { method: 'GET', query: NO_QUERY, body: null } as const
  return { ...asked, path, summary, access, answers, refuses: [], answer }
}

function readiness(
  checks: Readonly<Record<string, string>>,
  troubles: readonly { inbox: string; side: string; error: string }[],
): Answer {
  const ready = Object.values(checks).every((result) => result === 'ok')
  const degraded = troubles.length > 0 ? 'degraded' : 'ok'
  return {
    status: ready ? 200 : 503,
    body: {
      status: ready ? degraded : 'unavailable',
      checks: { ...checks, connections: troubles.length === 0 ? 'ok' : 'degraded' },
      troubles,
    },
    ...(ready ? {} : { headers: { 'Retry-After': '5' } }),
  }
}

type Probe = () => Promise<string>

/**
 * One look at a time: probes of a database that hangs must not pile up. The reason goes to the
 * log: anybody may ask here, and it may name hosts and files.
 */
function sharedProbe(events: Events, look: () => Promise<string>): Probe {
  let running: Promise<string> | null = null
  return async () => {
    running ??= look()
      .catch((err: unknown) => {
        events.databaseUnavailable('readyz', err)
        return 'failed'
      })
      .finally(() => {
        running = null
      })
    const late = new AbortController()
    const timeout = pause(PROBE_MS, late.signal).then(() => `no answer within ${PROBE_MS} ms`)
    try {
      return await Promise.race([running, timeout])
    } finally {
      late.abort()
    }
  }
}

/** Takes the write lock and changes nothing: fails on a locked, read-only or unreachable database. */
async function canWrite(store: Store): Promise<string> {
  await store.transaction(async (tx) => {
    await tx('schema_migrations').where({ version: -1 }).update({ version: -1 })
  })
  return 'ok'
}

async function isMigrated(store: Store): Promise<string> {
  const pending = (await migrationStatus(store)).filter(({ appliedAt }) => appliedAt === null)
  return pending.length === 0 ? 'ok' : `${pending.length} pending`
}
