/** /statuses: the lifecycle that tickets follow here. */
import { z } from 'zod'
import { STATUS_CATEGORIES } from '../ticket/lifecycle.ts'
import { pageSchema, type Sent } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Route, route } from './route.ts'

export const StatusJson = z
  .strictObject({
    name: z.string(),
    label: z.string(),
    category: z.enum(STATUS_CATEGORIES),
    aliases: z.array(z.string()),
    /** What it may change into. */
    to: z.array(z.string()),
    final: z.boolean(),
    /** May be commented. */
    comments: z.boolean(),
    /** New tickets have it. */
    initial: z.boolean(),
  })
  .meta({ id: 'Status' })
export type StatusJson = Sent<z.output<typeof StatusJson>>

export function statusRoutes({ context }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/statuses',
      summary: 'The statuses a ticket can have, and what each may change into',
      roles: ALL,
      scopes: ['tickets:read'],
      query: NO_QUERY,
      body: null,
      answers: { 200: pageSchema(StatusJson) },
      async handle() {
        const data = [...context.lifecycle.statuses.values()].map(
          (rule): StatusJson => ({
            name: rule.name,
            label: rule.label,
            category: rule.category,
            aliases: rule.aliases,
            to: rule.to,
            final: rule.final,
            comments: rule.comments,
            initial: rule.name === context.lifecycle.initial,
          }),
        )
        return { body: { data, page: { next_cursor: null, has_more: false } } }
      },
    }),
  ]
}
