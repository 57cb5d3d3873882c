/** The words tickets are described with: priorities, categories, tags; statuses.ts has the others. */
import { recentTags } from '../store/reads/recent-tags.ts'
import { PRIORITIES } from '../ticket/ticket.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Answer, type Route, route, STAFF } from './route.ts'

export function vocabularyRoutes({ store, config }: ApiDeps): readonly Route[] {
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
