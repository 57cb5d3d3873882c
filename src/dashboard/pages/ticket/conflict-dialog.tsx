/** Somebody else changed the same thing meanwhile: shows both, and lets the person decide. */
import type { Ticket } from '../../api/types.ts'
import { confirmed } from '../../parts/dialog.tsx'
import { nameOf } from '../../parts/person.tsx'
import { agents, labelOf } from '../../state/desk.ts'

interface Conflict {
  readonly what: Readonly<Record<string, unknown>>
  readonly current: Ticket
}

export function askAboutConflict({ what, current }: Conflict): Promise<boolean> {
  const lines = Object.entries(what).map(([member, wanted]) => {
    const now = current[member as keyof Ticket]
    return `${member}: now ${worded(member, now)}, you want ${worded(member, wanted)}`
  })
  return confirmed({
    title: 'Somebody changed this meanwhile',
    text: `${lines.join('\n')}\n\nUse your change all the same?`,
    confirm: 'Use mine',
  })
}

function worded(member: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing'
  if (member === 'status' && typeof value === 'string') return labelOf(value)
  if (member === 'assignee') {
    const id = typeof value === 'object' ? (value as { id: number }).id : value
    return nameOf(agents.value.find((agent) => agent.id === id) ?? null)
  }
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
