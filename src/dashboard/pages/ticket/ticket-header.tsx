/** The top of a ticket: where one came from, what it is about, and what is done most often. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { post, remove } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import type { Ticket } from '../../api/types.ts'
import { confirmed } from '../../parts/dialog.tsx'
import { Icon } from '../../parts/icon.tsx'
import { PriorityMark, StatusPill } from '../../parts/ticket-marks.tsx'
import { navigate } from '../../router.ts'
import { isAdmin, user } from '../../state/session.ts'
import { attempt, showToast } from '../../state/toasts.ts'
import { lastList, neighbourOf } from '../tickets/list-memory.ts'
import type { OpenTicket } from './ticket-state.ts'

export function TicketHeader(props: {
  open: OpenTicket
  ticket: Ticket
  merging: Signal<boolean>
}) {
  const { open, ticket, merging } = props
  const isMine = ticket.assignee?.id === user.value?.id
  return (
    <header class="mb-4">
      <p class="mb-2 flex items-center gap-1 text-sm">
        <a class="btn btn-ghost btn-sm -ms-2" href={lastList.value.address}>
          <Icon name="back" /> Back
        </a>
        <Neighbour id={neighbourOf(ticket.id, -1)} icon="back" label="Previous ticket" />
        <Neighbour id={neighbourOf(ticket.id, 1)} icon="next" label="Next ticket" />
      </p>
      <div class="flex flex-wrap items-start gap-x-4 gap-y-3">
        <Subject open={open} ticket={ticket} />
        <div class="flex flex-wrap gap-2">
          <button
            type="button"
            class="btn btn-sm"
            onClick={() => void takeOrRelease(open, ticket, isMine)}
          >
            {isMine ? 'Put back' : 'Take'}
          </button>
          <button
            type="button"
            class="btn btn-sm"
            onClick={() => {
              merging.value = true
            }}
          >
            Merge
          </button>
          {isAdmin.value && (
            <button type="button" class="btn btn-sm" onClick={() => void deleteTicket(ticket)}>
              Delete
            </button>
          )}
        </div>
      </div>
      {ticket.merged_into !== null && (
        <p class="alert alert-warning alert-soft mt-3">
          This ticket goes on in{' '}
          <a class="link" href={`/tickets/${ticket.merged_into}`}>
            #{ticket.merged_into}
          </a>
          .
        </p>
      )}
    </header>
  )
}

const Neighbour = (props: { id: number | null; icon: 'back' | 'next'; label: string }) =>
  props.id === null ? null : (
    <a
      class="btn btn-ghost btn-sm btn-square"
      href={`/tickets/${props.id}`}
      aria-label={props.label}
      title={props.label}
    >
      <Icon name={props.icon} />
    </a>
  )

/** Somebody may have been faster, seen or not: then one is told who, and may insist. */
export async function takeOrRelease(
  open: OpenTicket,
  ticket: Ticket,
  isMine: boolean,
): Promise<void> {
  await attempt(async () => {
    if (isMine) await post(`/tickets/${ticket.id}/release`)
    else if (ticket.assignee !== null) await takeOver(ticket.id, ticket.assignee.name)
    else await take(ticket.id)
  })
  open.again()
}

async function take(id: number): Promise<void> {
  try {
    await post(`/tickets/${id}/take`)
  } catch (thrown) {
    const problem = asProblem(thrown)
    if (problem.code !== 'already-taken') throw problem
    await takeOver(id, problem.assignee)
  }
}

async function takeOver(id: number, holder: string | null): Promise<void> {
  const question = {
    title: 'Take it over?',
    text: `${holder ?? 'Somebody'} is in charge of this ticket.`,
    confirm: 'Take it over',
  }
  if (await confirmed(question)) await post(`/tickets/${id}/take`, { force: true })
}

async function deleteTicket(ticket: Ticket): Promise<void> {
  const question = {
    title: `Delete #${ticket.id}?`,
    text: 'It disappears from all lists but that of deleted tickets, where admins can bring it back.',
    confirm: 'Delete',
    dangerous: true,
  }
  if (!(await confirmed(question))) return
  if (!(await attempt(() => remove(`/tickets/${ticket.id}`)))) return
  navigate(lastList.value.address)
  const restore = (): void =>
    void attempt(() => post(`/tickets/${ticket.id}/restore`), `#${ticket.id} is back.`)
  showToast({
    tone: 'success',
    text: `#${ticket.id} was deleted.`,
    actions: [{ label: 'Bring it back', run: restore, undoes: true }],
  })
}

function Subject({ open, ticket }: { open: OpenTicket; ticket: Ticket }) {
  const editing = useSignal(false)
  const text = useSignal('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (editing.value) input.current?.focus()
  }, [editing.value])
  const save = async (event: Event): Promise<void> => {
    event.preventDefault()
    // The field that goes away tells of losing the focus, whatever was decided before.
    if (!editing.peek()) return
    const subject = text.value.trim()
    editing.value = false
    if (subject !== '' && subject !== ticket.subject) await open.change({ subject })
  }
  return (
    <div class="min-w-0 flex-1 basis-80">
      {editing.value ? (
        <form onSubmit={(event) => void save(event)}>
          <input
            ref={input}
            class="input w-full text-lg font-semibold"
            dir="auto"
            aria-label="Subject"
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value
            }}
            onBlur={(event) => void save(event)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') editing.value = false
            }}
          />
        </form>
      ) : (
        <h1 class="break-words">
          <span dir="auto">{ticket.subject || '(no subject)'}</span>
          <button
            type="button"
            class="btn btn-ghost btn-xs btn-square ms-1.5 align-middle"
            aria-label="Change the subject"
            title="Change the subject"
            onClick={() => {
              text.value = ticket.subject
              editing.value = true
            }}
          >
            ✎
          </button>
        </h1>
      )}
      <p class="mt-1.5 flex flex-wrap items-center gap-2 text-sm">
        <span class="muted tabular-nums">#{ticket.id}</span>
        <StatusPill ticket={ticket} />
        <PriorityMark priority={ticket.priority} />
      </p>
    </div>
  )
}
