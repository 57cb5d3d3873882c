/** Whose ticket it is; agents correct it where the mail named the wrong one. */
import { useSignal } from '@preact/signals'
import { patch } from '../../api/client.ts'
import type { Ticket } from '../../api/types.ts'
import { Field } from '../../parts/field.tsx'
import { useForm } from '../../parts/form.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { Avatar, nameOf } from '../../parts/person.tsx'
import type { OpenTicket } from './ticket-state.ts'

export function Requester({ open, ticket }: { open: OpenTicket; ticket: Ticket }) {
  const correcting = useSignal(false)
  const { requester, requester_source: source } = ticket
  return (
    <div class="panel p-4">
      <h2 class="mb-3">Requester</h2>
      {requester === null ? (
        <p class="muted text-sm">Nobody knows who sent this.</p>
      ) : (
        <div class="flex min-w-0 items-center gap-3">
          <Avatar person={requester} size="size-9 text-sm" />
          <div class="min-w-0">
            <bdi class="block truncate font-medium">{nameOf(requester)}</bdi>
            {requester.email !== null && (
              <bdi class="muted block truncate text-sm" title={requester.email}>
                {requester.email}
              </bdi>
            )}
          </div>
        </div>
      )}
      {source === 'forwarded' && (
        <p class="muted mt-2 text-sm">Taken from a forwarded mail; nobody has proved it.</p>
      )}
      <p class="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {requester !== null && (
          <a class="link" href={`/tickets?is=all&requester=${requester.id}`}>
            All tickets of this person
          </a>
        )}
        <button
          type="button"
          class="link"
          onClick={() => {
            correcting.value = true
          }}
        >
          Correct
        </button>
      </p>
      {correcting.value && (
        <CorrectDialog
          open={open}
          ticket={ticket}
          onClose={() => {
            correcting.value = false
          }}
        />
      )}
    </div>
  )
}

function CorrectDialog(props: { open: OpenTicket; ticket: Ticket; onClose: () => void }) {
  const { open, ticket, onClose } = props
  const email = useSignal(ticket.requester?.email ?? '')
  const form = useForm(async () => {
    const change = { requester: email.value.trim() }
    await patch(`/tickets/${ticket.id}`, change, { ifMatch: ticket.version })
    onClose()
    open.again()
  })
  return (
    <FormDialog title="Whose ticket is it?" button="Correct it" form={form} onClose={onClose}>
      <Field
        label="Email of the requester"
        type="email"
        value={email}
        error={form.problem.value?.of('requester')}
        hint="Answers go there from now on; who was named before gets no more of them."
      />
    </FormDialog>
  )
}
