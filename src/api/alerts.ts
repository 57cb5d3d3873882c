/** /alerts: what is wrong, or was, so that a person must hear of it. */
import { z } from 'zod'
import { type Alert, listAlerts } from '../store/alerts.ts'
import { ALERT_KINDS } from '../ticket/alert.ts'
import { Id, pageSchema, Time } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { idAt, pageOf } from './page.ts'
import { instant } from './people-json.ts'
import { PAGE } from './query.ts'
import { type Route, route, STAFF } from './route.ts'

const AlertJson = z
  .strictObject({
    id: Id,
    kind: z.enum(ALERT_KINDS),
    inbox: z.string().nullable(),
    detail: z.string(),
    raised_at: Time,
    /** Null: it lasts. */
    cleared_at: Time.nullable(),
  })
  .meta({ id: 'Alert' })

const AlertQuery = z.strictObject({
  open: z.enum(['true', 'false'], 'is neither true nor false').optional(),
  ...PAGE,
})

export function alertRoutes({ store }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/alerts',
      summary: 'What is wrong, or was, newest first',
      roles: STAFF,
      scopes: ['system:read'],
      query: AlertQuery,
      body: null,
      answers: { 200: pageSchema(AlertJson) },
      async handle({ query, search }) {
        const question = { route: 'alerts', search }
        const beforeId = idAt(query.cursor, question)
        const alerts = await listAlerts(store.read, {
          openOnly: query.open === 'true',
          ...(beforeId === undefined ? {} : { beforeId }),
          limit: query.limit + 1,
        })
        const shown = alerts.slice(0, query.limit).map(alertJson)
        return { body: pageOf(alerts, query.limit, question, shown) }
      },
    }),
  ]
}

const alertJson = ({ id, kind, about, detail, raisedAt, clearedAt }: Alert) => ({
  id,
  kind,
  inbox: about === '' ? null : about,
  detail,
  raised_at: raisedAt.toISOString(),
  cleared_at: instant(clearedAt),
})
