/** The filter of the list: what stands in the address bar, and what the API is asked. */
import { queryOf } from '../../api/client.ts'

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

/** Without a word about it: what is open. */
export const listOf = (search: URLSearchParams): string => search.get('is') ?? 'open'

export function apiQuery(
  search: URLSearchParams,
  more: { limit: number; cursor?: string | null },
): string {
  const list = listOf(search)
  const chosen = search.get('status')
  const status = chosen ?? (list === 'all' ? null : `category:${list}`)
  const passed = Object.fromEntries(PASSED.map((name) => [name, search.get(name)]))
  return queryOf({ status, ...passed, ...more })
}
