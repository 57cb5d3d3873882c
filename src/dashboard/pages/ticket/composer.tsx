/** Where one writes: an answer that is mailed, or a note that never is. Kept while one writes. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Ticket } from '../../api/types.ts'
import { confirmed } from '../../parts/dialog.tsx'
import { Icon } from '../../parts/icon.tsx'
import { nameOf } from '../../parts/person.tsx'
import { useUploads } from '../../parts/uploads.ts'
import { attach, type Draft, draftOf } from '../../state/drafts.ts'
import { statusesIn } from '../../state/desk.ts'
import { useSharedDraft } from '../../state/shared-draft.ts'
import { takeBackLatest } from '../../state/toasts.ts'
import { Canned } from './canned.tsx'
import { ComposerFiles } from './composer-files.tsx'
import { send } from './sending.ts'
import type { OpenTicket } from './ticket-state.ts'

export function Composer({ open }: { open: OpenTicket }) {
  const ticket = open.ticket.value
  const draft = draftOf(open.id)
  const { busy, add } = useUploads((attachment) => attach(draft, attachment))
  const newer = useNewer(open, draft)
  const isShared = useSharedDraft(open.id, draft)
  if (ticket === null) return null
  const { text, isNote, attachments } = draft.value
  const isEmpty = text.trim() === '' && attachments.length === 0
  const go = async (status: string | null): Promise<void> => {
    if (isEmpty || busy.value > 0) return
    const question = {
      title: 'Read the new message first?',
      text: `${newer.value ?? ''} wrote while you were writing. Your answer goes out as it is.`,
      confirm: 'Send all the same',
    }
    if (newer.value !== null && !isNote && !(await confirmed(question))) return
    newer.value = null
    send({ ticketId: open.id, draft: draft.value, status, done: open.again })
    document.getElementById('composer')?.focus()
  }
  const closing = closingStatus(ticket)
  return (
    <section
      tabIndex={-1}
      aria-label="Write"
      class={`rounded-box border shadow-sm ${isNote ? 'note-paper border-dashed' : 'border-base-300 bg-base-100'}`}
    >
      <KindTabs draft={draft} ticket={ticket} />
      {newer.value !== null && (
        <p role="status" class="alert alert-warning mx-4 mb-2 py-2 text-sm">
          <Icon name="warn" /> New message above – read it before you send.
        </p>
      )}
      <TextArea draft={draft} onSend={(closes) => void go(closes ? closing : null)} onFiles={add} />
      <ComposerFiles draft={draft} busy={busy.value} isShared={isShared.value} onFiles={add}>
        {!isNote && closing !== null && (
          <button
            type="button"
            class="btn btn-sm"
            disabled={isEmpty}
            onClick={() => void go(closing)}
          >
            Send and resolve
          </button>
        )}
        <button
          type="button"
          class={`btn btn-sm ${isNote ? 'btn-warning' : 'btn-primary'}`}
          disabled={isEmpty || busy.value > 0}
          onClick={() => void go(null)}
        >
          <Icon name={isNote ? 'lock' : 'send'} />
          {isNote ? 'Add note' : 'Send'}
        </button>
      </ComposerFiles>
    </section>
  )
}

/** The kindest way to be done: one that a customer can open again. */
const closingStatus = (ticket: Ticket): string | null =>
  statusesIn('closed').find((name) => ticket.allowed_statuses.includes(name)) ?? null

function KindTabs({ draft, ticket }: { draft: Signal<Draft>; ticket: Ticket }) {
  const { isNote } = draft.value
  const choose = (note: boolean) => (): void => {
    draft.value = { ...draft.value, isNote: note }
    document.getElementById('composer')?.focus()
  }
  const copied = ticket.participants.filter(({ role }) => role !== 'requester')
  const tab = 'btn btn-sm'
  return (
    <div class="flex flex-wrap items-center gap-2 p-4 pb-2">
      <div role="group" aria-label="Kind of message" class="flex gap-1">
        <button
          type="button"
          class={`${tab} ${isNote ? 'btn-ghost' : 'btn-neutral'}`}
          aria-pressed={!isNote}
          onClick={choose(false)}
        >
          <Icon name="send" /> Reply
        </button>
        <button
          type="button"
          class={`${tab} ${isNote ? 'btn-warning' : 'btn-ghost'}`}
          aria-pressed={isNote}
          onClick={choose(true)}
        >
          <Icon name="lock" /> Note
        </button>
      </div>
      <p class="muted min-w-0 text-sm">
        {isNote ? (
          'Only agents see this'
        ) : (
          <>
            To <bdi>{nameOf(ticket.requester)}</bdi>
            {copied.length > 0 && (
              <>
                , copy to <bdi>{copied.map((one) => one.name ?? one.email).join(', ')}</bdi>
              </>
            )}
          </>
        )}
      </p>
      <Canned ticketId={ticket.id} draft={draft} />
    </div>
  )
}

function TextArea(props: {
  draft: Signal<Draft>
  onSend: (closes: boolean) => void
  onFiles: (files: Iterable<File>) => void
}) {
  const { draft, onSend, onFiles } = props
  const { text, isNote } = draft.value
  return (
    <textarea
      id="composer"
      dir="auto"
      rows={6}
      class="block min-h-32 w-full resize-y bg-transparent px-4 py-2 outline-offset-[-2px]"
      aria-label={isNote ? 'Note' : 'Reply'}
      placeholder={isNote ? 'A note for your colleagues' : 'Write your answer'}
      value={text}
      onInput={(event) => {
        draft.value = { ...draft.value, text: event.currentTarget.value }
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault()
          onSend(event.shiftKey)
        }
        // What was just sent has left an empty field, where there is nothing else to undo.
        const undoes = event.key === 'z' && (event.ctrlKey || event.metaKey) && text === ''
        if (undoes && takeBackLatest()) event.preventDefault()
        // Single keys work outside of the text.
        if (event.key === 'Escape') event.currentTarget.closest('section')?.focus()
      }}
      onPaste={(event) => {
        const files = event.clipboardData?.files
        if (files !== undefined && files.length > 0) onFiles(files)
      }}
      onDrop={(event) => {
        const files = event.dataTransfer?.files
        if (files === undefined || files.length === 0) return
        event.preventDefault()
        onFiles(files)
      }}
    />
  )
}

/** Who wrote something public since one began to write; null: nobody. */
function useNewer(open: OpenTicket, draft: Signal<Draft>): Signal<string | null> {
  const newer = useSignal<string | null>(null)
  const seen = useRef<number | null>(null)
  const last = open.comments.value.findLast(
    ({ visibility, author }) => visibility === 'public' && author.type === 'customer',
  )
  const isWriting = draft.value.text.trim() !== ''
  useEffect(() => {
    const id = last?.id ?? 0
    if (seen.current !== null && id > seen.current && isWriting && last !== undefined) {
      newer.value = nameOf(last.author)
    }
    seen.current = id
    if (!isWriting) newer.value = null
  }, [last?.id, isWriting])
  return newer
}
