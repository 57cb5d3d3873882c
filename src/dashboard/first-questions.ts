/** What the API is asked first at an address, in the order of need. */
import type { User } from './api/types.ts'
import { conversationPaths } from './pages/ticket/ticket-paths.ts'
import { apiQuery, customerSearch, LIST_PAGE } from './pages/tickets/ticket-query.ts'

/** Who was here last, as far as the browser remembers; true: somebody. */
export type WasHere = User['role'] | boolean

/** Paths below the API; none for who has to sign in. A page may ask more, in its own time. */
export function firstQuestions(was: WasHere, path: string, search: URLSearchParams): string[] {
  // By the link of a mail one is nobody, and everything is under the link.
  if (was === false || path.startsWith('/t/')) return []
  const session = '/auth/session'
  if (was === true) return [session]
  const isStaff = was !== 'customer'
  if (/^\/(?:tickets)?$/.test(path)) {
    const query = apiQuery(isStaff ? search : customerSearch(search), { limit: LIST_PAGE })
    return [session, `/tickets${query}`]
  }
  const ticket = /^\/tickets\/(\d+)$/.exec(path)?.[1]
  return ticket === undefined ? [session] : [session, ...conversationPaths(Number(ticket), isStaff)]
}
