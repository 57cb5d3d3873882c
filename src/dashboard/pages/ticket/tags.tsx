/** The tags of a ticket: take one away, add one. */
import { useSignal } from '@preact/signals'
import type { Ticket } from '../../api/types.ts'
import type { OpenTicket } from './ticket-state.ts'

export function Tags({ ticket, change }: { ticket: Ticket; change: OpenTicket['change'] }) {
  const text = useSignal('')
  const add = (event: Event): void => {
    event.preventDefault()
    const name = text.value.trim().replaceAll(',', ' ')
    text.value = ''
    if (name !== '' && !ticket.tags.includes(name)) void change({ tags: [...ticket.tags, name] })
  }
  return (
    <div>
      <p class="muted mb-1 text-sm" id="tags-label">
        Tags
      </p>
      <ul class="mb-1.5 flex flex-wrap gap-1.5 empty:hidden" aria-labelledby="tags-label">
        {ticket.tags.map((name) => (
          <li key={name} class="bg-base-200 flex max-w-full items-center rounded-md ps-2 text-sm">
            <bdi class="truncate">{name}</bdi>
            <button
              type="button"
              class="btn btn-ghost btn-xs btn-square"
              aria-label={`Remove the tag ${name}`}
              onClick={() => void change({ tags: ticket.tags.filter((one) => one !== name) })}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={add}>
        <input
          id="new-tag"
          class="input input-sm w-full"
          dir="auto"
          maxLength={50}
          placeholder="Add a tag"
          aria-label="Add a tag"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value
          }}
        />
      </form>
    </div>
  )
}
