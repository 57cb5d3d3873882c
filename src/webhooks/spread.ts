/**
 * From events to notices: each webhook has a cursor over the events, and what lies between it and
 * the newest event becomes deliveries in the transaction that moves the cursor.
 */
import type { Clock } from '../clock.ts'
import { randomId } from '../ids.ts'
import { listEvents, type StoredEvent } from '../store/events.ts'
import type { Store } from '../store/open.ts'
import { contextOfEvents, type EventContext } from '../store/reads/event-facts.ts'
import { insertWebhookDeliveries } from '../store/webhook-deliveries.ts'
import { moveEventCursor, type Webhook } from '../store/webhooks.ts'
import { type EventFacts, payloadOf } from './payload.ts'

/** Events of one turn; more are taken in the next one. */
const EVENTS_MAX = 200
const MESSAGE_ID_BYTES = 16

/** A name for one notice that nobody else uses: Standard Webhooks' `webhook-id`. */
export const newMessageId = (): string => `msg_${randomId(MESSAGE_ID_BYTES)}`

/** @returns true: there may be more. */
export async function spread(
  { store, clock, publicUrl }: { store: Store; clock: Clock; publicUrl: string },
  webhook: Webhook,
  upToId: number,
): Promise<boolean> {
  const { eventCursor: afterId, events: types } = webhook
  if (afterId >= upToId) return false
  const events = await listEvents(store.read, {
    ticketId: null,
    afterId,
    upToId,
    limit: EVENTS_MAX,
  })
  const isFull = events.length === EVENTS_MAX
  const wanted = events.filter(({ type }) => types.length === 0 || types.includes(type))
  const context = await contextOfEvents(store.read, wanted)
  const deliveries = wanted.map((event) => ({
    webhookId: webhook.id,
    eventId: event.id,
    messageId: newMessageId(),
    type: event.type,
    payload: payloadOf(factsOf(event, context), {
      includeBodies: webhook.includeBodies,
      publicUrl,
    }),
  }))
  const at = clock.now()
  await store.transaction(async (tx) => {
    const to = isFull ? (events.at(-1)?.id ?? upToId) : upToId
    // Another daemon, or somebody who set it back, may have been here first.
    if (!(await moveEventCursor(tx, webhook, to))) return
    await insertWebhookDeliveries(tx, deliveries, at)
  })
  return isFull
}

function factsOf(event: StoredEvent, context: EventContext): EventFacts {
  const user = (id: number | null) => (id === null ? null : (context.users.get(id) ?? null))
  const ticket = context.tickets.get(event.ticketId ?? 0)
  const comment = context.comments.get(event.commentId ?? 0)
  return {
    type: event.type,
    eventId: event.id,
    at: event.createdAt,
    actor: { ...event.actor, name: user(event.actor.id)?.name ?? null },
    changes: event.data,
    ticket:
      ticket === undefined
        ? null
        : {
            ticket,
            inbox: context.inboxes.get(ticket.inboxId ?? 0) ?? null,
            requester: user(ticket.requesterId),
            assignee: user(ticket.assigneeId),
          },
    comment: comment === undefined ? null : { comment, author: user(comment.authorId) },
  }
}
