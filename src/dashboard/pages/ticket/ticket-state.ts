/** One open ticket: fetched, kept right by events, changed with care for what others do. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { get, patch } from '../../api/client.ts'
import { asProblem, type Problem } from '../../api/problem.ts'
import type { Comment, DeskEvent, Page, Ticket } from '../../api/types.ts'
import { useEvents } from '../../state/load.ts'
import { isStaff } from '../../state/session.ts'
import { showProblem, showToast } from '../../state/toasts.ts'
import { askAboutConflict } from './conflict-dialog.tsx'
import { commentsPath, eventsPath, pageOf, ticketPath } from './ticket-paths.ts'

export interface OpenTicket {
  readonly id: number
  readonly ticket: Signal<Ticket | null>
  readonly comments: Signal<readonly Comment[]>
  readonly events: Signal<readonly DeskEvent[]>
  readonly problem: Signal<Problem | null>
  readonly again: () => void
  /** Members of a PATCH; false: it was not changed. */
  readonly change: (what: Readonly<Record<string, unknown>>) => Promise<boolean>
}

/** Longer conversations are read from their source; a browser would not like them. */
const PAGES_MAX = 10

async function all<T>(path: string): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer: Page<T> = await get<Page<T>>(pageOf(path, cursor))
    items.push(...answer.data)
    cursor = answer.page.next_cursor
    if (!answer.page.has_more) break
  }
  return items
}

export function useTicket(id: number): OpenTicket {
  const ticket = useSignal<Ticket | null>(null)
  const comments = useSignal<readonly Comment[]>([])
  const events = useSignal<readonly DeskEvent[]>([])
  const problem = useSignal<Problem | null>(null)
  const asked = useRef(0)
  const load = async (): Promise<void> => {
    asked.current += 1
    const mine = asked.current
    const [found, said, happened] = await Promise.all([
      get<Ticket>(ticketPath(id)),
      all<Comment>(commentsPath(id)),
      isStaff.peek() ? all<DeskEvent>(eventsPath(id)) : [],
    ])
    if (mine !== asked.current) return
    ticket.value = found
    comments.value = said
    events.value = happened
    problem.value = null
  }
  const again = (): void => {
    load().catch((thrown: unknown) => {
      problem.value = asProblem(thrown)
    })
  }
  useEffect(() => {
    ticket.value = null
    comments.value = []
    again()
    return () => {
      asked.current += 1
    }
  }, [id])
  useEvents(({ ticket_id }) => ticket_id === id, again)
  const change = (what: Readonly<Record<string, unknown>>): Promise<boolean> =>
    changeTicket(ticket, what).finally(again)
  return { id, ticket, comments, events, problem, again, change }
}

/** Sends what we saw along, so that nobody overwrites what he has not seen. */
async function changeTicket(
  ticket: Signal<Ticket | null>,
  what: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const seen = ticket.peek()
  if (seen === null) return false
  try {
    ticket.value = await patch<Ticket>(`/tickets/${seen.id}`, what, { ifMatch: seen.version })
    return true
  } catch (thrown) {
    const problem = asProblem(thrown)
    if (problem.status !== 412) {
      showProblem(problem)
      return false
    }
    const current = problem.current as Ticket
    ticket.value = current
    // Somebody wrote, or changed something else: our change still means what it meant.
    const touched = Object.keys(what).some((member) => differs(seen, current, member))
    if (touched && !(await askAboutConflict({ what, current }))) return false
    return changeAgain(ticket, what, current)
  }
}

async function changeAgain(
  ticket: Signal<Ticket | null>,
  what: Readonly<Record<string, unknown>>,
  current: Ticket,
): Promise<boolean> {
  try {
    ticket.value = await patch<Ticket>(`/tickets/${current.id}`, what, { ifMatch: current.version })
    return true
  } catch (thrown) {
    const isStale = asProblem(thrown).status === 412
    if (isStale) showToast({ tone: 'error', text: 'Somebody is changing this ticket. Try again.' })
    else showProblem(thrown)
    return false
  }
}

const differs = (a: Ticket, b: Ticket, member: string): boolean =>
  JSON.stringify(a[member as keyof Ticket]) !== JSON.stringify(b[member as keyof Ticket])
