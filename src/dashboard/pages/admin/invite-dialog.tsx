/** Somebody new, who may come in at once. */
import { useSignal } from '@preact/signals'
import { post } from '../../api/client.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field, Select } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
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
    <Dialog title="Invite somebody" onClose={onClose}>
      <Form form={form} button="Invite">
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
      </Form>
    </Dialog>
  )
}
