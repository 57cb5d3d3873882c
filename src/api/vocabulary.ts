/** The words tickets are described with: statuses, priorities, categories, tags. */
import { recentTags } from '../store/reads/recent-tags.ts'
import { PRIORITIES } from '../ticket/ticket.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Answer, type Route, route, STAFF } from './route.ts'

export function vocabularyRoutes({ store, context, config }: ApiDeps): readonly Route[] {
  const { lifecycle } = context
  const words = (path: string, summary: string, roles: typeof ALL, data: () => unknown): Route =>
    route({
      method: 'GET',
      path,
      summary,
      roles,
      scopes: ['tickets:read'],
      query: NO_QUERY,
      body: null,
      async handle(): Promise<Answer> {
        return { body: { data: await data(), page: { next_cursor: null, has_more: false } } }
      },
    })
  return [
    words('/api/v1/statuses', 'Statuses, with what leads where', ALL, () =>
      [...lifecycle.statuses.values()].map((rule) => ({
        name: rule.name,
        label: rule.label,
        category: rule.category,
        aliases: rule.aliases,
        to: rule.to,
        final: rule.final,
        comments: rule.comments,
        initial: rule.name === lifecycle.initial,
      })),
    ),
    words('/api/v1/priorities', 'Priorities, the lowest first', ALL, () =>
      PRIORITIES.map((name) => ({ name })),
    ),
    words('/api/v1/categories', 'Categories a ticket may have', ALL, () =>
      config.categories.map((name) => ({ name })),
    ),
    words('/api/v1/tags', 'Tags of the newest tickets, the most used first', STAFF, () =>
      recentTags(store.read),
    ),
  ]
}
