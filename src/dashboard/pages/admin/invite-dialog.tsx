/** Somebody new, who may come in at once. */
import { useSignal } from '@preact/signals'
import { post } from '../../api/client.ts'
import { Field, Select } from '../../parts/field.tsx'
import { useForm } from '../../parts/form.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { showToast } from '../../state/toasts.ts'

const ROLES = [
  { value: 'customer', label: 'Customer' },
  { value: 'agent', label: 'Agent' },
  { value: 'admin', label: 'Admin' },
]

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const email = useSignal('')
  const name = useSignal('')
  const role = useSignal('agent')
  const form = useForm(async () => {
    await post('/users', { email: email.value, name: name.value, role: role.value })
    showToast({ tone: 'success', text: `${email.value} was invited by mail.` })
    onClose()
  })
  return (
    <FormDialog title="Invite somebody" button="Invite" form={form} onClose={onClose}>
      <Field
        label="Email"
        type="email"
        value={email}
        error={form.problem.value?.of('email')}
        autofocus
      />
      <Field label="Name" value={name} error={form.problem.value?.of('name')} />
      <Select
        label="Role"
        value={role.value}
        choices={ROLES}
        onChoose={(value) => {
          role.value = value
        }}
      />
    </FormDialog>
  )
}
