/** /statuses: the lifecycle that tickets follow here. */
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Route, route } from './route.ts'

export interface StatusJson {
  name: string
  label: string
  category: string
  aliases: readonly string[]
  /** What it may change into. */
  to: readonly string[]
  final: boolean
  /** May be commented. */
  comments: boolean
  /** New tickets have it. */
  initial: boolean
}

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
