/** Puts a ticket out of sight until somebody has to think of it again. */
import type { Ticket } from '../../api/types.ts'
import { Select } from '../../parts/field.tsx'
import { ago } from '../../parts/time.tsx'
import { now } from '../../state/clock.ts'
import type { OpenTicket } from './ticket-state.ts'

const HOUR_MS = 3_600_000
const MORNING = 8

/** That many days from now, in the morning, where the one who asks lives. */
function morningAfter(days: number): Date {
  const at = new Date(now.peek())
  at.setDate(at.getDate() + days)
  at.setHours(MORNING, 0, 0, 0)
  return at
}

const CHOICES: Readonly<Record<string, { label: string; until: () => Date | null }>> = {
  '3h': { label: 'In three hours', until: () => new Date(now.peek() + 3 * HOUR_MS) },
  '1d': { label: 'Tomorrow morning', until: () => morningAfter(1) },
  '3d': { label: 'In three days', until: () => morningAfter(3) },
  '7d': { label: 'In a week', until: () => morningAfter(7) },
  wake: { label: 'Now', until: () => null },
}

export function Snooze({ open, ticket }: { open: OpenTicket; ticket: Ticket }) {
  if (ticket.status_category === 'closed') return null
  const until = ticket.snoozed_until
  const first = until === null ? 'Not snoozed' : `Snoozed: ${ago(until, now.value)}`
  const choices = Object.entries(CHOICES)
    .filter(([value]) => value !== 'wake' || until !== null)
    .map(([value, { label }]) => ({ value, label }))
  return (
    <Select
      label="Remind me"
      value=""
      choices={[{ value: '', label: first }, ...choices]}
      onChoose={(value) => {
        const wanted = CHOICES[value]?.until() ?? null
        if (value !== '') void open.change({ snoozed_until: wanted?.toISOString() ?? null })
      }}
    />
  )
}
