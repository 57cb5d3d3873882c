/** How a ticket's status and priority look, everywhere the same: a mark, a word, a colour. */
import type { Ticket } from '../api/types.ts'
import { Icon } from './icon.tsx'

const CATEGORY: Readonly<Record<string, { tone: string; mark: string }>> = {
  open: { tone: 'tone-primary', mark: '●' },
  waiting: { tone: 'tone-warning', mark: '◔' },
  closed: { tone: '', mark: '✓' },
}

export const StatusPill = ({
  ticket,
  label,
}: {
  ticket: Pick<Ticket, 'status_category' | 'status_label'>
  label?: string
}) => {
  const { tone, mark } = CATEGORY[ticket.status_category] ?? { tone: '', mark: '●' }
  return (
    <span class={`pill ${tone}`}>
      <span aria-hidden="true" class="text-[0.7em]">
        {mark}
      </span>
      {label ?? ticket.status_label}
    </span>
  )
}

const PRIORITY: Readonly<Record<string, { tone: string; label: string }>> = {
  urgent: { tone: 'text-error', label: 'Urgent' },
  high: { tone: 'text-warning', label: 'High priority' },
  low: { tone: 'muted', label: 'Low priority' },
}

/** Nothing for the usual one. */
export const PriorityMark = ({ priority }: { priority: string }) => {
  const shown = PRIORITY[priority]
  if (shown === undefined) return null
  return (
    <span class={`${shown.tone} inline-flex shrink-0 items-center`} title={shown.label}>
      {priority === 'low' ? <Icon name="down" /> : <Icon name="warn" />}
      <span class="sr-only">{shown.label}:</span>
    </span>
  )
}

export const Tag = ({ name }: { name: string }) => (
  <span
    class="bg-base-200 border-base-300 inline-block max-w-40 truncate rounded border px-1.5 text-xs"
    dir="auto"
  >
    {name}
  </span>
)
