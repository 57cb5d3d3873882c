/** What happened to a ticket, as one short line. */
import type { DeskEvent } from '../../api/types.ts'
import { nameOf } from '../../parts/person.tsx'
import { Ago } from '../../parts/time.tsx'
import { agents, labelOf } from '../../state/desk.ts'

interface Change {
  readonly from?: unknown
  readonly to?: unknown
}

const agentOf = (id: unknown): string => nameOf(agents.value.find((one) => one.id === id) ?? null)

function changeText(member: string, { from, to }: Change, actor: number | null): string {
  switch (member) {
    case 'assignee_id':
      if (to === actor) return 'took it'
      return to === null ? 'put the ticket back' : `assigned it to ${agentOf(to)}`
    case 'priority':
      return `set the priority from ${String(from)} to ${String(to)}`
    case 'category':
      return to === null ? 'removed the category' : `set the category to ${String(to as string)}`
    case 'tags':
      return Array.isArray(to) && to.length > 0
        ? `set the tags to ${to.join(', ')}`
        : 'removed the tags'
    case 'merged_into':
      return `merged it into #${String(to)}`
    case 'snoozed_until':
      return to === null ? 'woke it' : 'put it off'
    case 'requester_id':
      return 'corrected the requester'
    case 'requester_source':
      return ''
    case 'deleted_at':
      return to === null ? 'brought it back' : 'deleted it'
    default:
      return `changed the ${member.replace(/_id$/, '').replaceAll('_', ' ')}`
  }
}

const TOLD: Readonly<Record<string, (value: unknown) => string>> = {
  participant_joined: () => 'copied somebody',
  participant_left: () => 'stopped copying somebody',
  comment_corrected: () => 'corrected a note',
  comment_withdrawn: () => 'withdrew a message',
  split_into: (id) => `moved messages to #${String(id)}`,
  merged_from: (id) => `merged #${String(id)} into it`,
  erased: () => 'erased a person',
}

/** Null: the conversation shows it already, or nobody needs to know. */
export function eventText(event: DeskEvent): string | null {
  const { type, data } = event
  if (type === 'ticket.status_changed') {
    return `moved it from ${labelOf(String(data['from']))} to ${labelOf(String(data['to']))}`
  }
  if (type !== 'ticket.updated') return null
  const changes = Object.entries((data['changes'] ?? {}) as Record<string, Change>)
  if (changes.length > 0)
    return changes
      .map(([name, change]) => changeText(name, change, event.actor.id))
      .filter((text) => text !== '')
      .join(', ')
  const [what] = Object.keys(data)
  return what === undefined ? null : (TOLD[what]?.(data[what]) ?? null)
}

export function EventLine({ event }: { event: DeskEvent }) {
  const who = agents.value.find(({ id }) => id === event.actor.id)
  const actor = event.actor.type === 'system' ? 'Postroom' : (who && nameOf(who)) || 'The customer'
  return (
    <p class="muted flex items-baseline gap-2 px-4 text-sm">
      <span aria-hidden="true">·</span>
      <span class="min-w-0" dir="auto">
        {actor} {eventText(event)}
      </span>
      <span class="ms-auto shrink-0">
        <Ago at={event.created_at} />
      </span>
    </p>
  )
}
