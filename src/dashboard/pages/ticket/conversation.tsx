/** What was said and what happened, oldest first. */
import { useSignal } from '@preact/signals'
import type { Comment, DeskEvent } from '../../api/types.ts'
import { CommentCard } from './comment-card.tsx'
import { CommentTools } from './comment-tools.tsx'
import { EventLine, eventText } from './event-line.tsx'
import type { OpenTicket } from './ticket-state.ts'

type Entry = { readonly at: string } & (
  | { readonly comment: Comment }
  | { readonly event: DeskEvent }
)

export function Conversation({ open }: { open: OpenTicket }) {
  const shown = useSignal(true)
  const events = open.events.value.filter((event) => eventText(event) !== null)
  const entries: Entry[] = [
    ...open.comments.value.map((comment) => ({ at: comment.created_at, comment })),
    ...(shown.value ? events.map((event) => ({ at: event.created_at, event })) : []),
  ].toSorted((a, b) => a.at.localeCompare(b.at))
  return (
    <section aria-label="Conversation" class="flex flex-col gap-3">
      {entries.map((entry) =>
        'comment' in entry ? (
          <CommentCard
            key={`c${entry.comment.id}`}
            comment={entry.comment}
            tools={<CommentTools open={open} comment={entry.comment} />}
          />
        ) : (
          <EventLine key={`e${entry.event.id}`} event={entry.event} />
        ),
      )}
      {events.length > 0 && (
        <button
          type="button"
          class="link muted self-start px-4 text-sm"
          aria-pressed={shown.value}
          onClick={() => {
            shown.value = !shown.value
          }}
        >
          {shown.value ? 'Hide what happened' : `Show what happened (${events.length})`}
        </button>
      )}
    </section>
  )
}
