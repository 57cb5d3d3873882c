/** Two tickets about one thing: this one is closed, the other goes on. */
import { useSignal } from '@preact/signals'
import { get, post } from '../../api/client.ts'
import type { Ticket } from '../../api/types.ts'
import { Field } from '../../parts/field.tsx'
import { useForm } from '../../parts/form.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { navigate } from '../../router.ts'
import { showToast } from '../../state/toasts.ts'

export function MergeDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const number = useSignal('')
  const into = useSignal<Ticket | null>(null)
  const form = useForm(async () => {
    const id = Number(number.value.replace(/\D/g, ''))
    if (into.value?.id !== id) {
      into.value = await get<Ticket>(`/tickets/${id}`)
      return
    }
    await post(`/tickets/${ticket.id}/merge`, { into: id })
    showToast({ tone: 'success', text: `#${ticket.id} was merged into #${id}.` })
    onClose()
    navigate(`/tickets/${id}`)
  })
  return (
    <FormDialog
      title={`Merge #${ticket.id} into another ticket`}
      button={into.value === null ? 'Find it' : `Merge into #${into.value.id}`}
      form={form}
      onClose={onClose}
    >
      <Field
        label="Number of the ticket that goes on"
        value={number}
        inputMode="numeric"
        placeholder="#"
        onType={() => {
          into.value = null
        }}
        autofocus
      />
      {into.value !== null && (
        <p class="panel bg-base-200 px-4 py-3">
          <bdi class="block font-medium">{into.value.subject}</bdi>
          <span class="muted text-sm">
            #{into.value.id} · {into.value.status_label}
          </span>
        </p>
      )}
      <p class="muted text-sm">
        This ticket is closed and points to the other one. Its people join there, and mail that
        belongs here arrives there.
      </p>
    </FormDialog>
  )
}
