/** /audit, /jobs and /lifecycles: who did what, what the daemon does, and by which rules. */
import { z } from 'zod'
import type { JobReport } from '../jobs.ts'
import { listLifecycles } from '../lifecycles.ts'
import { EVENT_TYPES } from '../store/events.ts'
import { listAudit } from '../store/reads/audit.ts'
import { usersById } from '../store/users.ts'
import { type Lifecycle, STATUS_CATEGORIES, type StatusRule } from '../ticket/lifecycle.ts'
import { Count, pageSchema, Time } from './answers.ts'
import { AuditJson, eventJson } from './comment-json.ts'
import type { ApiDeps } from './deps.ts'
import { idAt, pageOf } from './page.ts'
import { instant as instantJson } from './people-json.ts'
import { NO_QUERY, PAGE } from './query.ts'
import { type Route, route, STAFF } from './route.ts'
import { id, instant, oneOf } from './schemas.ts'

const AuditQuery = z.strictObject({
  actor: id.optional(),
  type: oneOf(EVENT_TYPES),
  ticket: id.optional(),
  after: instant.optional(),
  before: instant.optional(),
  ...PAGE,
})

export function operationRoutes(deps: ApiDeps): readonly Route[] {
  return [auditRoute(deps), jobsRoute(deps), lifecyclesRoute(deps)]
}

function auditRoute({ store }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/audit',
    summary: 'What people did, newest first',
    roles: ['admin'],
    scopes: ['audit:read'],
    query: AuditQuery,
    body: null,
    answers: { 200: pageSchema(AuditJson) },
    async handle({ query, search }) {
      const question = { route: 'audit', search }
      const beforeId = idAt(query.cursor, question)
      const events = await listAudit(store.read, {
        ...(query.actor === undefined ? {} : { actorId: query.actor }),
        ...(query.type === undefined ? {} : { type: query.type }),
        ...(query.ticket === undefined ? {} : { ticketId: query.ticket }),
        ...(query.after === undefined ? {} : { after: query.after }),
        ...(query.before === undefined ? {} : { before: query.before }),
        ...(beforeId === undefined ? {} : { beforeId }),
        limit: query.limit + 1,
      })
      const ids = events.map(({ actor }) => actor.id).filter((actor) => actor !== null)
      const users = await usersById(store.read, ids)
      const shown = events.slice(0, query.limit).map((event) => {
        const user = users.get(event.actor.id ?? 0)
        const actor = { ...event.actor, email: user?.email ?? null, name: user?.name ?? null }
        return { ...eventJson(event), actor }
      })
      return { body: pageOf(events, query.limit, question, shown) }
    },
  })
}

function jobsRoute({ jobs }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/jobs',
    summary: 'What this daemon does by itself, and how it went last time',
    roles: ['admin'],
    scopes: ['system:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: pageSchema(JobJson) },
    handle: async () => ({
      body: { data: jobs.list().map(jobJson), page: { next_cursor: null, has_more: false } },
    }),
  })
}

const JobJson = z
  .strictObject({
    name: z.string(),
    kind: z.enum(['loop', 'job']),
    last_run_at: Time.nullable(),
    last_success_at: Time.nullable(),
    last_error_at: Time.nullable(),
    last_error: z.string().nullable(),
    runs: Count,
    failures: Count,
  })
  .meta({ id: 'Job' })

const jobJson = (job: JobReport) => ({
  name: job.name,
  kind: job.kind,
  last_run_at: instantJson(job.lastRunAt),
  last_success_at: instantJson(job.lastSuccessAt),
  last_error_at: instantJson(job.lastErrorAt),
  last_error: job.lastError,
  runs: job.runs,
  failures: job.failures,
})

function lifecyclesRoute({ context }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/lifecycles',
    summary: 'Lifecycles there are: statuses, their words, and the steps between them',
    roles: STAFF,
    scopes: ['tickets:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: pageSchema(LifecycleJson) },
    handle: async () => ({
      body: {
        data: listLifecycles().map((one) => ({
          ...lifecycleJson(one),
          active: one.name === context.lifecycle.name,
        })),
        page: { next_cursor: null, has_more: false },
      },
    }),
  })
}

const LifecycleJson = z
  .strictObject({
    name: z.string(),
    initial: z.string(),
    statuses: z.array(
      z.strictObject({
        name: z.string(),
        label: z.string(),
        category: z.enum(STATUS_CATEGORIES),
        aliases: z.array(z.string()),
        to: z.array(z.string()),
        final: z.boolean(),
        comments: z.boolean(),
        agent_reply: z.string().nullable(),
        customer_message: z.string().nullable(),
      }),
    ),
    /** The one that tickets follow here. */
    active: z.boolean(),
  })
  .meta({ id: 'Lifecycle' })

const lifecycleJson = ({ name, initial, statuses }: Lifecycle) => ({
  name,
  initial,
  statuses: [...statuses.values()].map(statusJson),
})

const statusJson = (status: StatusRule) => ({
  name: status.name,
  label: status.label,
  category: status.category,
  aliases: status.aliases,
  to: status.to,
  final: status.final,
  comments: status.comments,
  agent_reply: status.agentReply,
  customer_message: status.customerMessage,
})
