/** Looking at what a test's desk made of its mail. */
import type { Desk } from '../kit/desk-context.ts'
import type { Comment } from '../../src/ticket/comment.ts'
import type { Ticket } from '../../src/ticket/ticket.ts'
import { listComments } from '../../src/store/comments.ts'
import { type TicketRow, toTicket } from '../../src/store/tickets.ts'

/** Every ticket, oldest first. */
export async function listTickets({ store }: Desk): Promise<Ticket[]> {
  return (await store.read<TicketRow>('tickets').orderBy('id').select()).map(toTicket)
}

export function commentsOf({ store }: Desk, ticketId: number): Promise<Comment[]> {
  return listComments(store.read, { ticketId, publicOnly: false, afterId: 0, limit: 100 })
}
