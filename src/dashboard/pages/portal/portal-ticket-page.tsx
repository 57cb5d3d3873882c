/** One request, for the customer who asked. */
import { useEffect, useRef } from 'preact/hooks'
import { post, put, remove } from '../../api/client.ts'
import type { Ticket } from '../../api/types.ts'
import { confirmed } from '../../parts/dialog.tsx'
import { Failed, Waiting } from '../../parts/feedback.tsx'
import { Icon } from '../../parts/icon.tsx'
import { StatusPill } from '../../parts/ticket-marks.tsx'
import { useUploads } from '../../parts/uploads.ts'
import { linkToken, navigate, path } from '../../router.ts'
import { attach, draftOf, NO_DRAFT } from '../../state/drafts.ts'
import { statuses } from '../../state/desk.ts'
import { user } from '../../state/session.ts'
import { setTitle } from '../../state/title.ts'
import { attempt } from '../../state/toasts.ts'
import { CommentCard } from '../ticket/comment-card.tsx'
import { ComposerFiles } from '../ticket/composer-files.tsx'
import { type OpenTicket, useTicket } from '../ticket/ticket-state.ts'
import { portalStatus } from './portal-words.ts'

export const PortalTicketPage = () => (
  <div class="mx-auto max-w-3xl p-4 sm:p-8">
    <a class="btn btn-ghost btn-sm -ms-2 mb-2" href="/tickets">
      <Icon name="back" /> My requests
    </a>
    <PortalTicket id={Number(path.value.split('/')[2])} />
  </div>
)

/** The request itself; by a link of a mail, too, where there is nothing around it. */
export function PortalTicket({ id }: { id: number }) {
  const open = useTicket(id)
  const ticket = open.ticket.value
  useEffect(() => {
    if (ticket !== null) setTitle(ticket.subject)
  }, [ticket?.subject])
  if (open.problem.value !== null && ticket === null) {
    return <Failed problem={open.problem.value} again={open.again} />
  }
  if (ticket === null) return <Waiting lines={8} />
  const rule = statuses.value.find(({ name }) => name === ticket.status)
  return (
    <>
      <header class="mb-5">
        <h1 class="break-words" dir="auto">
          {ticket.subject || '(no subject)'}
        </h1>
        <p class="mt-2 flex flex-wrap items-center gap-2">
          <span class="muted text-sm">#{ticket.id}</span>
          <StatusPill ticket={ticket} label={portalStatus(ticket)} />
        </p>
      </header>
      <section aria-label="Conversation" class="mb-4 flex flex-col gap-3">
        {open.comments.value.map((comment) => (
          <CommentCard key={comment.id} comment={comment} />
        ))}
      </section>
      {rule?.comments === false ? <FollowUp ticket={ticket} /> : <Reply open={open} />}
      <Own ticket={ticket} open={open} />
    </>
  )
}

const FollowUp = ({ ticket }: { ticket: Ticket }) => (
  <p class="panel p-6 text-center">
    This request is closed. Is there more about it?{' '}
    {linkToken.value === null ? (
      <a class="link" href={`/new?follow=${ticket.id}`}>
        Write a follow-up
      </a>
    ) : (
      'Answer our last mail.'
    )}
  </p>
)

function Reply({ open }: { open: OpenTicket }) {
  const draft = draftOf(open.id)
  const { busy, add } = useUploads((attachment) => attach(draft, attachment))
  const { text, attachments } = draft.value
  const isEmpty = text.trim() === '' && attachments.length === 0
  const field = useRef<HTMLTextAreaElement>(null)
  const send = async (): Promise<void> => {
    // The button goes grey, and what comes next is another answer.
    field.current?.focus()
    const body = { text, attachments: attachments.map(({ id }) => id) }
    busy.value += 1
    const sent = await attempt(() =>
      post(`/tickets/${open.id}/comments`, body, { key: crypto.randomUUID() }),
    )
    busy.value -= 1
    if (sent) draft.value = NO_DRAFT
    open.again()
  }
  return (
    <section aria-label="Write" class="panel shadow-sm">
      <textarea
        ref={field}
        dir="auto"
        rows={5}
        class="block min-h-28 w-full resize-y bg-transparent p-4 outline-offset-[-2px]"
        aria-label="Your answer"
        placeholder="Write an answer"
        value={text}
        onInput={(event) => {
          draft.value = { ...draft.value, text: event.currentTarget.value }
        }}
      />
      <ComposerFiles draft={draft} busy={busy.value} onFiles={add}>
        <button
          type="button"
          class="btn btn-sm btn-primary"
          disabled={isEmpty || busy.value > 0}
          onClick={() => void send()}
        >
          <Icon name="send" /> Send
        </button>
      </ComposerFiles>
    </section>
  )
}

/** What only the one who asked may do. */
function Own({ ticket, open }: { ticket: Ticket; open: OpenTicket }) {
  if (ticket.requester?.id !== user.value?.id) return null
  const [closing] = ticket.allowed_statuses
  const close = (): Promise<boolean> =>
    attempt(
      () => put(`/tickets/${ticket.id}/status`, { status: closing }),
      'Thank you! It is closed.',
    )
  const erase = async (): Promise<void> => {
    const question = {
      title: `Delete request #${ticket.id}?`,
      text: 'It disappears from your list.',
      confirm: 'Delete',
      dangerous: true,
    }
    if (!(await confirmed(question))) return
    if (await attempt(() => remove(`/tickets/${ticket.id}`), 'Deleted.')) navigate('/tickets')
  }
  return (
    <p class="mt-5 flex flex-wrap justify-end gap-2">
      {closing !== undefined && ticket.status_category !== 'closed' && (
        <button type="button" class="btn btn-sm" onClick={() => void close().then(open.again)}>
          <Icon name="check" /> It is solved, close it
        </button>
      )}
      {linkToken.value === null && (
        <button type="button" class="btn btn-sm btn-ghost" onClick={() => void erase()}>
          Delete this request
        </button>
      )}
    </p>
  )
}
