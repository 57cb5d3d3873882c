/** Two things in one ticket: some of the messages become a ticket of their own. */
import { useSignal } from '@preact/signals'
import { post } from '../../api/client.ts'
import type { Comment, Ticket } from '../../api/types.ts'
import { Field } from '../../parts/field.tsx'
import { useForm } from '../../parts/form.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { navigate } from '../../router.ts'
import { showToast } from '../../state/toasts.ts'
import type { OpenTicket } from './ticket-state.ts'

export function SplitDialog(props: { open: OpenTicket; comment: Comment; onClose: () => void }) {
  const { open, comment, onClose } = props
  const subject = useSignal(open.ticket.peek()?.subject ?? '')
  const withLater = useSignal(false)
  const all = open.comments.value
  const later = all.filter(({ id }) => id > comment.id).length
  // The first message stays: a ticket has one.
  const mayTakeLater = later > 0 && all[0]?.id !== comment.id
  const form = useForm(async () => {
    const ids = withLater.value
      ? all.filter(({ id }) => id >= comment.id).map(({ id }) => id)
      : [comment.id]
    const body = { comment_ids: ids, subject: subject.value.trim() }
    const made = await post<Ticket>(`/tickets/${open.id}/split`, body)
    showToast({ tone: 'success', text: `#${made.id} was made of it.` })
    onClose()
    navigate(`/tickets/${made.id}`)
  })
  return (
    <FormDialog
      title="Move to a new ticket"
      button="Make a new ticket"
      form={form}
      onClose={onClose}
    >
      <Field
        label="Subject of the new ticket"
        value={subject}
        error={form.problem.value?.of('subject')}
      />
      {mayTakeLater && (
        <label class="flex items-center gap-2.5 py-1">
          <input
            type="checkbox"
            class="checkbox checkbox-sm"
            checked={withLater.value}
            onChange={(event) => {
              withLater.value = event.currentTarget.checked
            }}
          />
          Take along what came later ({later})
        </label>
      )}
      <p class="muted text-sm">
        The requester and those who are copied take part in both. Nobody is mailed.
      </p>
    </FormDialog>
  )
}
