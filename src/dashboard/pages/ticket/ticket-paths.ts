/** Where the API has a ticket and what belongs to it. */
import { queryOf } from '../../api/query.ts'

const AT_ONCE = 200

/** One page of a list as long as a conversation may be. */
export const pageOf = (path: string, cursor: string | null = null): string =>
  `${path}${queryOf({ limit: AT_ONCE, cursor })}`

export const ticketPath = (id: number): string => `/tickets/${id}`
export const commentsPath = (id: number): string => `${ticketPath(id)}/comments`
export const eventsPath = (id: number): string => `${ticketPath(id)}/events`

/** What is asked to show one; what happened to it is for staff. */
export const conversationPaths = (id: number, isStaff: boolean): string[] => [
  ticketPath(id),
  pageOf(commentsPath(id)),
  ...(isStaff ? [pageOf(eventsPath(id))] : []),
]
