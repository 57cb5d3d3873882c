/** Tells, by choice, of what concerns oneself while the tab is hidden. */
import { get } from '../api/client.ts'
import type { Heard } from '../api/event-source.ts'
import { onEvents } from '../api/events.ts'
import type { Ticket } from '../api/types.ts'
import { navigate } from '../router.ts'
import { nameOf } from '../parts/person.tsx'
import { notificationsOn } from './preferences.ts'
import { isStaff, user } from './session.ts'
import { unseen } from './title.ts'

const concerns = (ticket: Ticket): boolean =>
  ticket.assignee === null || ticket.assignee.id === user.peek()?.id || ticket.priority === 'urgent'

async function tell(heard: Heard): Promise<void> {
  if (heard === 'again' || !document.hidden || !isStaff.peek()) return
  const isNew = heard.type === 'ticket.created' || heard.type === 'comment.created'
  const { ticket_id: id, actor, data } = heard
  if (!isNew || id === null || actor.id === user.peek()?.id || data['visibility'] === 'internal')
    return
  const ticket = await get<Ticket>(`/tickets/${id}`)
  if (!concerns(ticket)) return
  unseen.value += 1
  if (!notificationsOn.peek() || !('Notification' in window)) return
  if (Notification.permission !== 'granted') return
  // One per ticket: the newest takes the place of the one before.
  const shown = new Notification(ticket.subject || `Ticket #${id}`, {
    body: nameOf(ticket.requester),
    tag: `ticket-${id}`,
    icon: '/icon.svg',
  })
  shown.addEventListener('click', () => {
    window.focus()
    navigate(`/tickets/${id}`)
    shown.close()
  })
}

/** Returns what ends it. */
export function followForNotifications(): () => void {
  return onEvents((heard) => {
    // What cannot be fetched now stands in the list all the same.
    tell(heard).catch(() => {})
  })
}
