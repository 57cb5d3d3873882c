/** Who is copied on answers, and whether the one who looks follows along. */
import { useSignal } from '@preact/signals'
import { put, remove } from '../../api/client.ts'
import type { Ticket } from '../../api/types.ts'
import { attempt } from '../../state/toasts.ts'
import { user } from '../../state/session.ts'
import type { OpenTicket } from './ticket-state.ts'

export function People({ open, ticket }: { open: OpenTicket; ticket: Ticket }) {
  const text = useSignal('')
  const path = (email: string): string =>
    `/tickets/${ticket.id}/participants/${encodeURIComponent(email)}`
  // Who works at the desk is shown every address.
  const copied = ticket.participants.flatMap(({ email, name, role }) =>
    role === 'requester' || email === null ? [] : [{ email, name }],
  )
  const add = async (event: Event): Promise<void> => {
    event.preventDefault()
    const email = text.value.trim()
    if (email !== '' && (await attempt(() => put(path(email))))) {
      text.value = ''
      open.again()
    }
  }
  return (
    <div class="panel p-4">
      <h2 class="mb-2">Copied on answers</h2>
      {copied.length === 0 && <p class="muted mb-2 text-sm">Nobody but the requester.</p>}
      <ul class="mb-2 flex flex-col gap-1">
        {copied.map(({ email, name }) => (
          <li key={email} class="flex min-w-0 items-center gap-2 text-sm">
            <bdi class="min-w-0 flex-1 truncate" title={email}>
              {name === null ? email : `${name} <${email}>`}
            </bdi>
            <button
              type="button"
              class="btn btn-ghost btn-xs btn-square"
              aria-label={`Do not copy ${email} any more`}
              onClick={() => void attempt(() => remove(path(email))).then(open.again)}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={(event) => void add(event)}>
        <input
          class="input input-sm w-full"
          type="email"
          placeholder="Copy somebody"
          aria-label="Copy somebody: email address"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value
          }}
        />
      </form>
      <Following ticket={ticket} />
    </div>
  )
}

function Following({ ticket }: { ticket: Ticket }) {
  const path = `/tickets/${ticket.id}/watchers/${user.value?.id ?? 0}`
  return (
    <p class="mt-3 flex gap-2 text-sm">
      <button
        type="button"
        class="link"
        onClick={() => void attempt(() => put(path), 'You get the notices of this ticket.')}
      >
        Follow
      </button>
      <button
        type="button"
        class="link"
        onClick={() => void attempt(() => remove(path), 'You do not follow this ticket any more.')}
      >
        Unfollow
      </button>
    </p>
  )
}
