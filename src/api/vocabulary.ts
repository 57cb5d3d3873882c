/** The words tickets are described with: priorities, categories, tags; statuses.ts has the others. */
import { z } from 'zod'
import { recentTags } from '../store/reads/recent-tags.ts'
import { PRIORITIES } from '../ticket/ticket.ts'
import { Count, pageSchema, type Sent } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Route, route, STAFF } from './route.ts'

export function vocabularyRoutes({ store, config }: ApiDeps): readonly Route[] {
  const words = <Item extends z.ZodType>(
    item: Item,
    about: { path: string; summary: string; roles: typeof ALL },
    list: () => Promise<readonly Sent<z.input<Item>>[]>,
  ): Route =>
    route({
      ...about,
      method: 'GET',
      scopes: ['tickets:read'],
      query: NO_QUERY,
      body: null,
      answers: { 200: pageSchema(item) },
      async handle() {
        return { body: { data: await list(), page: { next_cursor: null, has_more: false } } }
      },
    })
  return [
    words(
      z.strictObject({ name: z.enum(PRIORITIES) }),
      { path: '/api/v1/priorities', summary: 'Priorities, the lowest first', roles: ALL },
      async () => PRIORITIES.map((name) => ({ name })),
    ),
    words(
      Word,
      { path: '/api/v1/categories', summary: 'Categories a ticket may have', roles: ALL },
      async () => config.categories.map((name) => ({ name })),
    ),
    words(
      Word.extend({ count: Count }),
      { path: '/api/v1/tags', summary: TAGS_SUMMARY, roles: STAFF },
      () => recentTags(store.read),
    ),
  ]
}

const Word = z.strictObject({ name: z.string() })
const TAGS_SUMMARY = 'Tags of the newest tickets, the most used first'
