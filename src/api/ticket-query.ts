/** What one may ask of the list of tickets. */
import { z } from 'zod'
import {
  PARTS,
  TICKET_SORTS,
  type TicketFilter,
  type TicketSort,
} from '../store/reads/ticket-list.ts'
import { AppError } from '../errors.ts'
import { findStatus, type Lifecycle } from '../ticket/lifecycle.ts'
import { parseSearch } from '../ticket/search-query.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { forbidden, scopeOf } from './auth.ts'
import { list, many, one, PAGE } from './query.ts'
import type { Caller } from './route.ts'
import { address, id, priority } from './schemas.ts'

const SEARCH_LENGTH_MAX = 200

/** RFC 3339, or a day. */
const instant = one.transform((value, context): Date => {
  const day = /^\d{4}-\d\d-\d\d$/.test(value)
  const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d)$/
  const parsed = new Date(day || rfc3339.test(value) ? value : Number.NaN)
  if (!Number.isNaN(parsed.getTime())) return parsed
  const message = 'is no instant like 2026-03-01T10:00:00Z'
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** `30m`, `4h`, `2d`, `1w`, in milliseconds. */
const duration = one
  .regex(/^[1-9]\d{0,4}[mhdw]$/, 'is no duration like 30m, 4h, 2d or 1w')
  .transform(
    (value) => Number(value.slice(0, -1)) * UNIT_MS[value.slice(-1) as keyof typeof UNIT_MS],
  )

const SORTS = [...TICKET_SORTS, 'number' as const].flatMap((name) => [name, `-${name}`])

const sort = one
  .refine((value) => SORTS.includes(value), `is not one of ${SORTS.join(', ')}`)
  .transform((value): TicketFilter['order'] => {
    const name = value.replace(/^-/, '')
    return { by: (name === 'number' ? 'id' : name) as TicketSort, descending: value[0] === '-' }
  })
  .default({ by: 'id', descending: true })

export const TicketQuery = z.strictObject({
  status: list,
  category: many,
  priority: list.pipe(z.array(priority).optional()),
  assignee: z.union([z.enum(['me', 'none']), id], 'is not me, none or an id').optional(),
  tag: list,
  requester: z
    .union(
      [id.transform((found) => ({ id: found })), address.transform((found) => ({ email: found }))],
      'is neither an id nor an email address',
    )
    .optional(),
  inbox: one.optional(),
  q: one
    .max(SEARCH_LENGTH_MAX, `is longer than ${SEARCH_LENGTH_MAX} characters`)
    .transform(parseSearch)
    .optional(),
  has: list.pipe(z.array(z.enum(PARTS, `is not one of ${PARTS.join(', ')}`)).optional()),
  created_after: instant.optional(),
  created_before: instant.optional(),
  updated_after: instant.optional(),
  updated_before: instant.optional(),
  waiting_longer_than: duration.optional(),
  snoozed: z.enum(['true', 'false'], 'is not true or false').optional(),
  deleted: z.enum(['true', 'false'], 'is not true or false').optional(),
  sort,
  ...PAGE,
})
export type TicketQuery = z.output<typeof TicketQuery>

/** @throws AppError 400 `unknown-status`; 403 for what only admins may ask. */
export function filterOf(
  query: TicketQuery,
  { caller, lifecycle, at }: { caller: Caller; lifecycle: Lifecycle; at: Date },
): Omit<TicketFilter, 'limit' | 'after'> {
  const { waiting_longer_than: waitedMs } = query
  refuseHidden(query, caller)
  return {
    ...scopeOf(caller),
    statuses: query.status?.flatMap((word) => statusesMeant(lifecycle, word)),
    categories: query.category,
    priorities: query.priority,
    assigneeId: assigneeMeant(query.assignee, caller),
    tags: query.tag,
    requester: query.requester,
    inbox: query.inbox,
    terms: query.q,
    has: query.has,
    createdAfter: query.created_after,
    createdBefore: query.created_before,
    updatedAfter: query.updated_after,
    updatedBefore: query.updated_before,
    waitingSince: waitedMs === undefined ? undefined : new Date(at.getTime() - waitedMs),
    snoozed: query.snoozed === undefined ? undefined : query.snoozed === 'true',
    deleted: query.deleted === 'true',
    order: query.sort,
  }
}

/** Nobody learns by asking what he may not read. */
function refuseHidden({ deleted, has, snoozed }: TicketQuery, { user }: Caller): void {
  if (deleted === 'true' && user.role !== 'admin') {
    throw forbidden('Deleted tickets are shown to admins.')
  }
  if (user.role === 'customer' && has?.some((part) => part !== 'attachment') === true) {
    throw forbidden('Customers may ask for attachments only.')
  }
  if (user.role === 'customer' && snoozed !== undefined) {
    throw forbidden('What is put off is for agents to know.')
  }
}

/** What the list is sorted by, as the database compares it. */
export function sortKeyOf({ by }: TicketFilter['order']): (ticket: Ticket) => number {
  return (ticket) => {
    switch (by) {
      case 'id':
        return ticket.id
      case 'created_at':
        return ticket.createdAt.getTime()
      case 'updated_at':
        return ticket.updatedAt.getTime()
      case 'waiting_since':
        return ticket.waitingSince?.getTime() ?? Number.MAX_SAFE_INTEGER
      case 'priority':
        return ['low', 'normal', 'high', 'urgent'].indexOf(ticket.priority) + 1
    }
  }
}

function assigneeMeant(word: TicketQuery['assignee'], { user }: Caller): number | null | undefined {
  if (word === 'me') return user.id
  return word === 'none' ? null : word
}

/** `category:open` is every status of that category. In a filter an unknown one is a bad query. */
function statusesMeant(lifecycle: Lifecycle, word: string): string[] {
  const rules = [...lifecycle.statuses.values()]
  const category = /^category:(open|waiting|closed)$/.exec(word)?.[1]
  if (category !== undefined) {
    return rules.filter((rule) => rule.category === category).map(({ name }) => name)
  }
  const found = findStatus(lifecycle, word)
  if (found !== null) return [found.name]
  const accepted = rules.map(({ name }) => name)
  throw new AppError(
    'malformed',
    'unknown-status',
    `There is no status "${word}". Known are ${accepted.join(', ')}.`,
    { accepted },
  )
}
