/** One ticket in the list. */
import type { Signal } from '@preact/signals'
import { post } from '../../api/client.ts'
import type { Ticket } from '../../api/types.ts'
import { Avatar, nameOf } from '../../parts/person.tsx'
import { PriorityMark, StatusPill, Tag } from '../../parts/ticket-marks.tsx'
import { Ago } from '../../parts/time.tsx'
import { navigate, search } from '../../router.ts'
import { isDense } from '../../state/preferences.ts'
import { attempt } from '../../state/toasts.ts'
import { DELETED, listOf } from './ticket-query.ts'

const TAGS_SHOWN = 3

export interface RowProps {
  readonly ticket: Ticket
  readonly selected: Signal<ReadonlySet<number>>
  readonly isCurrent: boolean
  readonly isNew: boolean
}

export function toggle(selected: Signal<ReadonlySet<number>>, id: number): void {
  const next = new Set(selected.value)
  if (!next.delete(id)) next.add(id)
  selected.value = next
}

export function TicketRow({ ticket, selected, isCurrent, isNew }: RowProps) {
  const isSelected = selected.value.has(ticket.id)
  const isDeleted = listOf(search.value) === DELETED.value
  const open = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : null
    if (isDeleted) return
    if (target?.closest('a, input, button, label') || window.getSelection()?.toString()) return
    navigate(`/tickets/${ticket.id}`)
  }
  const height = isDense.value ? 'py-1.5' : 'py-3'
  return (
    <tr
      data-ticket={ticket.id}
      class={`border-base-300 hover:bg-base-200 cursor-pointer border-b align-top ${isSelected ? 'bg-primary/8' : ''} ${isNew ? 'arrives' : ''} ${isCurrent ? 'shadow-[inset_3px_0_0_var(--color-primary)]' : ''}`}
      onClick={open}
    >
      <td class={`w-10 ps-4 ${height}`}>
        {!isDeleted && (
          <input
            type="checkbox"
            class="checkbox checkbox-sm"
            aria-label={`Select ticket ${ticket.id}`}
            checked={isSelected}
            onChange={() => toggle(selected, ticket.id)}
          />
        )}
      </td>
      <td class={`${height} ps-2 pe-4`}>
        <Subject ticket={ticket} />
      </td>
      <td class={`${height} hidden w-36 pe-4 md:table-cell`}>
        <StatusPill ticket={ticket} />
      </td>
      <td class={`${height} hidden w-40 pe-4 lg:table-cell`}>
        {ticket.assignee === null ? (
          <span class="muted">Unassigned</span>
        ) : (
          <span class="flex min-w-0 items-center gap-2">
            <Avatar person={ticket.assignee} size="size-6 text-[0.65rem]" />
            <span class="truncate" dir="auto">
              {nameOf(ticket.assignee)}
            </span>
          </span>
        )}
      </td>
      <td class={`${height} muted hidden w-32 pe-5 text-end text-sm md:table-cell`}>
        <Ago at={ticket.updated_at} />
      </td>
    </tr>
  )
}

function Deleted({ ticket }: { ticket: Ticket }) {
  const restore = (): void =>
    void attempt(() => post(`/tickets/${ticket.id}/restore`), `#${ticket.id} is back.`)
  return (
    <>
      <bdi class="min-w-0 truncate line-through">{ticket.subject || '(no subject)'}</bdi>
      <button type="button" class="btn btn-xs shrink-0" onClick={restore}>
        Bring back
      </button>
    </>
  )
}

const Subject = ({ ticket }: { ticket: Ticket }) => (
  <>
    <div class="flex min-w-0 items-center gap-1.5">
      <PriorityMark priority={ticket.priority} />
      {listOf(search.value) === DELETED.value ? (
        <Deleted ticket={ticket} />
      ) : (
        <a
          href={`/tickets/${ticket.id}`}
          class={`min-w-0 truncate hover:underline ${ticket.status_category === 'open' ? 'font-semibold' : ''}`}
          dir="auto"
        >
          {ticket.subject || '(no subject)'}
        </a>
      )}
      <span class="hidden shrink-0 gap-1 xl:flex">
        {ticket.tags.slice(0, TAGS_SHOWN).map((name) => (
          <Tag key={name} name={name} />
        ))}
      </span>
    </div>
    <div class="muted flex min-w-0 items-center gap-1.5 text-sm">
      <span class="shrink-0 tabular-nums">#{ticket.id}</span>
      <span aria-hidden="true">·</span>
      <bdi class="truncate">{nameOf(ticket.requester)}</bdi>
      <span class="hidden shrink-0 sm:inline">
        · {ticket.counts.comments} {ticket.counts.comments === 1 ? 'message' : 'messages'}
      </span>
      <span class="ms-auto flex shrink-0 items-center gap-2 md:hidden">
        <Ago at={ticket.updated_at} />
      </span>
    </div>
    <div class="mt-1.5 md:hidden">
      <StatusPill ticket={ticket} />
    </div>
  </>
)
