/**
 * The rows of the list, kept right by events. Rows never move under somebody's hand: while he is
 * further down, or has selected some, new ones are only counted.
 */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { get } from '../../api/client.ts'
import { asProblem, type Problem } from '../../api/problem.ts'
import type { Page, Ticket } from '../../api/types.ts'
import { useEvents } from '../../state/load.ts'
import { apiQuery, LIST_PAGE } from './ticket-query.ts'

/** The API gives no more at once. */
const REFRESHED_MAX = 200
/** Pixels from the top that still count as being there. */
const TOP = 160

export interface TicketRows {
  /** Null: nothing has come yet. */
  readonly rows: Signal<readonly Ticket[] | null>
  readonly problem: Signal<Problem | null>
  readonly hasMore: Signal<boolean>
  /** Tickets that match and are not shown yet. */
  readonly newer: Signal<number>
  /** Ids of rows that have just appeared. */
  readonly arrived: Signal<ReadonlySet<number>>
  readonly more: () => Promise<void>
  readonly again: () => void
}

interface Held {
  cursor: string | null
  /** Answers to older questions are dropped. */
  asked: number
}

export function useTicketRows(search: URLSearchParams, isBusy: () => boolean): TicketRows {
  const rows = useSignal<readonly Ticket[] | null>(null)
  const problem = useSignal<Problem | null>(null)
  const hasMore = useSignal(false)
  const newer = useSignal(0)
  const arrived = useSignal<ReadonlySet<number>>(new Set())
  const held = useRef<Held>({ cursor: null, asked: 0 }).current
  const latest = useRef(search)
  latest.current = search

  const fetchPage = async (limit: number, cursor: string | null): Promise<Page<Ticket> | null> => {
    held.asked += 1
    const mine = held.asked
    const answer = await get<Page<Ticket>>(`/tickets${apiQuery(latest.current, { limit, cursor })}`)
    return mine === held.asked ? answer : null
  }
  const take = ({ data, page }: Page<Ticket>, before: readonly Ticket[]): void => {
    held.cursor = page.next_cursor
    hasMore.value = page.has_more
    rows.value = [...before, ...data]
  }
  const load = async (isCalm: boolean): Promise<void> => {
    const shown = rows.peek() ?? []
    const limit = Math.min(Math.max(shown.length, LIST_PAGE), REFRESHED_MAX)
    const answer = await fetchPage(limit, null)
    if (answer === null) return
    problem.value = null
    const fresh = idsBeyond(shown, answer.data)
    if (isCalm && shown.length <= REFRESHED_MAX) {
      arrived.value = new Set(shown.length === 0 ? [] : fresh)
      newer.value = 0
      take(answer, [])
      return
    }
    rows.value = broughtUpToDate(shown, answer.data)
    newer.value = fresh.length
  }
  const run = (isCalm: boolean): void => {
    load(isCalm).catch((thrown: unknown) => {
      problem.value = asProblem(thrown)
    })
  }
  const query = search.toString()
  useEffect(() => {
    rows.value = null
    newer.value = 0
    problem.value = null
    run(true)
  }, [query])
  useEvents(
    ({ ticket_id }) => ticket_id !== null,
    () => run(window.scrollY < TOP && !isBusy()),
  )
  const more = async (): Promise<void> => {
    const answer = await fetchPage(LIST_PAGE, held.cursor)
    if (answer !== null) take(answer, rows.peek() ?? [])
  }
  return { rows, problem, hasMore, newer, arrived, more, again: () => run(true) }
}

function idsBeyond(shown: readonly Ticket[], answer: readonly Ticket[]): number[] {
  const known = new Set(shown.map(({ id }) => id))
  return answer.map(({ id }) => id).filter((id) => !known.has(id))
}

/** The rows that are shown, where they are, as they are now. */
function broughtUpToDate(shown: readonly Ticket[], answer: readonly Ticket[]): Ticket[] {
  const current = new Map(answer.map((ticket) => [ticket.id, ticket]))
  return shown.map((ticket) => current.get(ticket.id) ?? ticket)
}
