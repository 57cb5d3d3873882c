/** Tickets that were put off come back when their time has come. */
import { insertEvents } from '../store/events.ts'
import type { Store } from '../store/open.ts'
import { listSnoozedUntil, updateTicket } from '../store/tickets.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { ticketUpdated } from './change-ticket.ts'

/** Of one look: the rest is seen at the next. */
const TICKETS_MAX = 200

/** Each by itself: one that somebody changes right now comes back at the next look. */
export async function wakeTickets(store: Store, at: Date): Promise<number> {
  const due = await listSnoozedUntil(store.read, at, TICKETS_MAX)
  const woken = await Promise.all(due.map((ticket) => wake(store, ticket, at)))
  return woken.filter(Boolean).length
}

const wake = (store: Store, ticket: Ticket, at: Date): Promise<boolean> =>
  store.transaction(async (tx) => {
    const change = { snoozedUntil: null }
    if (!(await updateTicket(tx, ticket, change, at))) return false
    const event = ticketUpdated(ticket, change, { type: 'system', user: null })
    await insertEvents(tx, [{ ...event, data: { ...event.data, woken: true } }], at)
    return true
  })
