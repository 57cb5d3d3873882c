/**
 * Sending with a moment to think again: what is sent waits some seconds in this tab. It is kept
 * as a draft until the desk has it, and goes out at once when the tab is closed.
 */
import { post } from '../../api/client.ts'
import { draftOf, type Draft, NO_DRAFT } from '../../state/drafts.ts'
import { dropToast, showProblem, showToast } from '../../state/toasts.ts'

const UNDO_MS = 8_000

interface Outgoing {
  readonly ticketId: number
  readonly draft: Draft
  /** Status afterwards; null: as the lifecycle says. */
  readonly status: string | null
  readonly done: () => void
}

interface Pending extends Outgoing {
  readonly toast: number
  readonly timer: ReturnType<typeof setTimeout>
  /** The same for every try: a lost answer makes no second comment. */
  readonly key: string
}

const pending = new Set<Pending>()

const bodyOf = ({ draft, status }: Outgoing): object => ({
  text: draft.text,
  visibility: draft.isNote ? 'internal' : 'public',
  attachments: draft.attachments.map(({ id }) => id),
  ...(status === null ? {} : { status }),
})

/** A note goes to nobody, so there is nothing to take back. */
export function send(outgoing: Outgoing): void {
  const draft = draftOf(outgoing.ticketId)
  draft.value = NO_DRAFT
  const key = crypto.randomUUID()
  if (outgoing.draft.isNote) {
    void deliver(outgoing, key)
    return
  }
  const entry: Pending = {
    ...outgoing,
    key,
    timer: setTimeout(() => finish(entry), UNDO_MS),
    toast: showToast(
      {
        text: 'Sending in a moment…',
        actions: [
          { label: 'Undo', run: () => takeBack(entry), undoes: true },
          { label: 'Send now', run: () => finish(entry) },
        ],
      },
      null,
    ),
  }
  pending.add(entry)
}

function finish(entry: Pending): void {
  if (!pending.delete(entry)) return
  clearTimeout(entry.timer)
  dropToast(entry.toast)
  void deliver(entry, entry.key)
}

function takeBack(entry: Pending): void {
  if (!pending.delete(entry)) return
  clearTimeout(entry.timer)
  putBack(entry)
}

/** Before what has been written since. */
function putBack({ ticketId, draft: sent }: Outgoing): void {
  const draft = draftOf(ticketId)
  const { text, attachments } = draft.peek()
  draft.value = {
    ...sent,
    text: text === '' ? sent.text : `${sent.text}\n\n${text}`,
    attachments: [...sent.attachments, ...attachments],
  }
}

async function deliver(outgoing: Outgoing, key: string, keepalive = false): Promise<void> {
  try {
    await post(`/tickets/${outgoing.ticketId}/comments`, bodyOf(outgoing), { key, keepalive })
    outgoing.done()
  } catch (thrown) {
    putBack(outgoing)
    showProblem(thrown)
  }
}

window.addEventListener('pagehide', () => {
  for (const entry of pending) {
    pending.delete(entry)
    clearTimeout(entry.timer)
    void deliver(entry, entry.key, true)
  }
})
