/** The filter of the list: what stands in the address bar, and what the API is asked. */
import { queryOf } from '../../api/query.ts'

/** Rows that are fetched at once. */
export const LIST_PAGE = 50

/** Parameters of our address that are parameters of the API as they are. */
const PASSED = ['priority', 'category', 'assignee', 'tag', 'inbox', 'requester', 'q', 'sort', 'has']
/** What one can take away again as a chip. */
export const CHIPS = [
  'q',
  'status',
  'priority',
  'category',
  'assignee',
  'tag',
  'inbox',
  'requester',
  'has',
]

export const LISTS = [
  { value: 'open', label: 'Open' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'closed', label: 'Closed' },
  { value: 'all', label: 'All' },
] as const

/** Of what is deleted nothing can be opened: admins bring it back, or leave it. */
export const DELETED = { value: 'deleted', label: 'Deleted' } as const

/** Without a word about it: what is open. */
export const listOf = (search: URLSearchParams): string => search.get('is') ?? 'open'

export function apiQuery(
  search: URLSearchParams,
  more: { limit: number; cursor?: string | null },
): string {
  const list = listOf(search)
  const chosen = search.get('status')
  const isEvery = list === 'all' || list === DELETED.value
  const status = chosen ?? (isEvery ? null : `category:${list}`)
  const deleted = list === DELETED.value ? 'true' : null
  const passed = Object.fromEntries(PASSED.map((name) => [name, search.get(name)]))
  return queryOf({ status, deleted, ...passed, ...more })
}

/** Customers see all of theirs first; nothing of it is too much. */
export function customerSearch(search: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams(search)
  if (!query.has('is')) query.set('is', 'all')
  return query
}
