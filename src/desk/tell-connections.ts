/** When a connection of an inbox begins or ceases to work, an event says so. */
import type { ConnectionChange } from '../health.ts'
import { insertEvents } from '../store/events.ts'
import type { Store } from '../store/open.ts'
import { SYSTEM } from '../ticket/comment.ts'
import type { Inbox } from '../ticket/inbox.ts'

interface TellDeps {
  readonly store: Pick<Store, 'transaction'>
  readonly inboxes: readonly Inbox[]
  /** What could not be written down is for the log: the state itself is told by /inboxes. */
  readonly failed: (err: unknown) => void
}

/**
 * Takes changes as they come and writes them in their order, beside what the connections do: mail
 * does not wait for it. What went wrong is not in the event, for it may name people.
 */
export function connectionTeller({
  store,
  inboxes,
  failed,
}: TellDeps): (change: ConnectionChange) => void {
  let written: Promise<unknown> = Promise.resolve()
  return ({ inbox: name, side, from, to, at }) => {
    const inbox = inboxes.find((one) => one.name === name)
    if (inbox === undefined) return
    const event = {
      type: 'inbox.changed' as const,
      ticketId: null,
      commentId: null,
      actor: SYSTEM,
      data: { inbox_id: inbox.id, connection: side, from, to },
    }
    written = written
      .then(() => store.transaction((tx) => insertEvents(tx, [event], at)))
      .catch(failed)
  }
}
