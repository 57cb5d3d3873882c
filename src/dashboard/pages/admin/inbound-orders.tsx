/** What can be done about a message that came in, or was held back. */
import { useSignal } from '@preact/signals'
import { post } from '../../api/client.ts'
import type { Inbound } from '../../api/types.ts'
import { confirmed } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { useForm } from '../../parts/form.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { attempt } from '../../state/toasts.ts'

export function InboundOrders(props: { message: Inbound; again: () => void; release: () => void }) {
  const { message, again, release } = props
  const isHeld = message.fate === 'quarantined'
  const mayRelease = isHeld || message.fate === 'system' || message.fate === 'ignored'
  const isCut = message.reasons.some((reason) => reason.startsWith('too large ('))
  const order = (verb: string, done: string): void => {
    void attempt(() => post(`/inbound/${message.id}/${verb}`), done).then(again)
  }
  const block = async (sender: string): Promise<void> => {
    const question = {
      title: `Block ${sender}?`,
      text: 'This message is discarded, and so is what comes from there from now on, until it is unblocked under Addresses.',
      confirm: 'Block',
      dangerous: true,
    }
    if (!(await confirmed(question))) return
    const isBlocked = await attempt(() => post(`/inbound/${message.id}/block-sender`))
    if (isBlocked) order('discard', `${sender} is blocked.`)
  }
  const discard = async (): Promise<void> => {
    const question = {
      title: 'Discard this message?',
      text: 'It stays in the ledger as ignored, and its source is kept.',
      confirm: 'Discard',
      dangerous: true,
    }
    if (await confirmed(question)) order('discard', 'Discarded.')
  }
  return (
    <span class="flex flex-wrap justify-end gap-1.5">
      <a class="btn btn-xs btn-ghost" href={`/api/v1/inbound/${message.id}/source`} download>
        Source
      </a>
      {isCut && message.comment_id !== null && (
        <button
          type="button"
          class="btn btn-xs"
          onClick={() => order('fetch', 'It is fetched; its ticket tells when it is here.')}
        >
          Fetch the whole
        </button>
      )}
      {mayRelease && (
        <button type="button" class="btn btn-xs" onClick={release}>
          Release
        </button>
      )}
      {isHeld && (
        <>
          <button
            type="button"
            class="btn btn-xs"
            onClick={() => order('reprocess', 'It is read again.')}
          >
            Try again
          </button>
          <button type="button" class="btn btn-xs" onClick={() => void discard()}>
            Discard
          </button>
          {message.sender !== null && (
            <button
              type="button"
              class="btn btn-xs"
              onClick={() => void block(String(message.sender))}
            >
              Block the sender
            </button>
          )}
        </>
      )}
    </span>
  )
}

export function ReleaseDialog({ message, onClose }: { message: Inbound; onClose: () => void }) {
  const ticket = useSignal('')
  const form = useForm(async () => {
    const id = Number(ticket.value.replace(/\D/g, ''))
    await post(`/inbound/${message.id}/release`, id > 0 ? { ticket: id } : undefined)
    onClose()
  })
  return (
    <FormDialog title="Release this message" button="Release" form={form} onClose={onClose}>
      <Field
        label="Into the ticket with the number"
        value={ticket}
        inputMode="numeric"
        hint="Empty: it becomes a ticket of its own."
        autofocus
      />
    </FormDialog>
  )
}
