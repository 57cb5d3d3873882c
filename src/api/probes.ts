/** Outside /api/v1: is the process alive, and is it ready. */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import type { Events } from '../events.ts'
import { pause } from '../pause.ts'
import { migrationStatus } from '../store/migrate.ts'
import type { Store } from '../store/open.ts'
import { isStaff } from '../ticket/user.ts'
import { media } from './answers.ts'
import { Authenticator } from './auth.ts'
import { proxiesOf } from './client-address.ts'
import type { ApiDeps } from './deps.ts'
import { isFromHere } from './from-here.ts'
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
  const mayKnow = readerOf(deps)
  return [
    publicRoute(ALIVE, async () => ({ body: 'ok\n' })),
    publicRoute(READY, async ({ message }) => {
      const checks = {
        database: await database(),
        migrations: await migrations(),
        draining: deps.draining() ? 'stopping' : 'ok',
      }
      const troubles = deps.health.troubles()
      const isTold = await mayKnow(message, { canAsk: checks.database === 'ok' })
      return readiness(checks, isTold ? troubles : troubles.map(withoutReason))
    }),
  ]
}

function publicRoute(
  { path, summary, answers }: Pick<Route, 'path' | 'summary' | 'answers'>,
  answer: Route['answer'],
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

type Trouble = ReturnType<ApiDeps['health']['troubles']>[number]

/** Anybody may ask, and a reason may name hosts and say what a mail server said. */
const withoutReason = (trouble: Trouble): Trouble => ({ ...trouble, error: 'See the log.' })

/** Who asks from this machine may know why, and, while the database can say who asks, who works at the desk. */
function readerOf(
  deps: ApiDeps,
): (message: IncomingMessage, database: { canAsk: boolean }) => Promise<boolean> {
  const [authenticator, proxies] = [new Authenticator(deps), proxiesOf(deps.config.trustProxy)]
  return async (message, { canAsk }) => {
    if (isFromHere(message, proxies)) return true
    if (!canAsk) return false
    const caller = await authenticator.callerOf(message).catch(() => null)
    return caller !== null && isStaff(caller.user)
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
