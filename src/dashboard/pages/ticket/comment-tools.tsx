/** What can be done with one comment: a menu behind three dots. */
import { useSignal } from '@preact/signals'
import { patch, remove } from '../../api/client.ts'
import type { Comment } from '../../api/types.ts'
import { confirmed } from '../../parts/dialog.tsx'
import { useForm } from '../../parts/form.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Menu } from '../../parts/menu.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { now } from '../../state/clock.ts'
import { draftOf } from '../../state/drafts.ts'
import { isAdmin, user } from '../../state/session.ts'
import { attempt } from '../../state/toasts.ts'
import { SplitDialog } from './split-dialog.tsx'
import type { OpenTicket } from './ticket-state.ts'
import { WhyDialog } from './why-dialog.tsx'

/** As long as the API allows it: after that colleagues have read it. */
const CORRECTED_WITHIN_MS = 15 * 60_000

export function CommentTools({ open, comment }: { open: OpenTicket; comment: Comment }) {
  const shown = useSignal<'split' | 'correct' | 'why' | null>(null)
  const close = (): void => {
    shown.value = null
  }
  if (comment.deleted_at !== null) return null
  const isNote = comment.visibility === 'internal'
  const isFresh = now.value - Date.parse(comment.created_at) < CORRECTED_WITHIN_MS
  const mayCorrect = isNote && comment.author.id === user.value?.id && isFresh
  const maySplit = open.comments.value.filter((one) => one.deleted_at === null).length > 1
  const tools = [
    ...(comment.source === 'email'
      ? [{ label: 'Why is this mail here?', run: () => (shown.value = 'why') }]
      : []),
    ...(mayCorrect ? [{ label: 'Correct this note', run: () => (shown.value = 'correct') }] : []),
    ...(isNote ? [{ label: 'Copy into an answer', run: () => copy(comment) }] : []),
    ...(maySplit ? [{ label: 'Move to a new ticket', run: () => (shown.value = 'split') }] : []),
    ...(isAdmin.value ? [{ label: 'Withdraw', run: () => void withdraw(open, comment) }] : []),
  ]
  if (tools.length === 0) return null
  return (
    <>
      <Menu label="More about this message" icon={<Icon name="dots" />} entries={tools} />
      {shown.value === 'why' && <WhyDialog comment={comment} onClose={close} />}
      {shown.value === 'split' && <SplitDialog open={open} comment={comment} onClose={close} />}
      {shown.value === 'correct' && <CorrectDialog open={open} comment={comment} onClose={close} />}
    </>
  )
}

/** What was internal is never published as it is: somebody reads it over, and sends it. */
function copy({ ticket_id: id, text }: Comment): void {
  const draft = draftOf(id)
  const before = draft.peek()
  const whole = before.text.trim() === '' ? text : `${before.text}\n\n${text}`
  draft.value = { ...before, text: whole, isNote: false }
  document.getElementById('composer')?.focus()
}

async function withdraw(open: OpenTicket, { id }: Comment): Promise<void> {
  const question = {
    title: 'Withdraw these words?',
    text: 'They and their files go for good; what was mailed stays where it arrived.',
    confirm: 'Withdraw',
    dangerous: true,
  }
  if (await confirmed(question)) await attempt(() => remove(`/comments/${id}`))
  open.again()
}

function CorrectDialog(props: { open: OpenTicket; comment: Comment; onClose: () => void }) {
  const { open, comment, onClose } = props
  const text = useSignal(comment.text)
  const form = useForm(async () => {
    await patch(`/comments/${comment.id}`, { text: text.value })
    onClose()
    open.again()
  })
  return (
    <FormDialog title="Correct this note" button="Save" form={form} onClose={onClose}>
      <TextField label="Note" value={text} rows={8} error={form.problem.value?.of('text')} />
    </FormDialog>
  )
}
