/** A list of the API as a table, page by page; on a phone each row is a card. */
import { type Signal, useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { get } from '../api/client.ts'
import { asProblem, type Problem } from '../api/problem.ts'
import { queryOf } from '../api/query.ts'
import type { DeskEvent, Page } from '../api/types.ts'
import { useEvents } from '../state/load.ts'
import { attempt } from '../state/toasts.ts'
import { Failed, Waiting } from './feedback.tsx'

export interface Column<Item> {
  readonly title: string
  readonly cell: (item: Item) => ComponentChildren
  /** Tailwind classes of its cells, e.g. a width. */
  readonly class?: string
}

export interface Pages<Item> {
  readonly items: Signal<readonly Item[] | null>
  readonly problem: Signal<Problem | null>
  readonly hasMore: Signal<boolean>
  readonly again: () => void
  readonly more: () => Promise<void>
}

type Query = Readonly<Record<string, string | number | null | undefined>>

const PAGE_SIZE = 50
const SHOWN_MAX = 200

/**
 * Fetches anew when the question changes, and when events that concern it say so.
 *
 * @param options `isPaged` false: the route gives everything at once.
 */
export function usePages<Item>(
  path: string,
  query: Query,
  concerns: (event: DeskEvent) => boolean = () => false,
  { isPaged = true }: { isPaged?: boolean } = {},
): Pages<Item> {
  const items = useSignal<readonly Item[] | null>(null)
  const problem = useSignal<Problem | null>(null)
  const hasMore = useSignal(false)
  const held = useRef<{ cursor: string | null; asked: number }>({ cursor: null, asked: 0 }).current
  const latest = useRef(query)
  latest.current = query
  const fetchPage = async (limit: number, cursor: string | null): Promise<boolean> => {
    held.asked += 1
    const mine = held.asked
    const answer = await get<Page<Item>>(
      `${path}${queryOf(isPaged ? { ...latest.current, limit, cursor } : latest.current)}`,
    )
    if (mine !== held.asked) return false
    held.cursor = answer.page.next_cursor
    hasMore.value = answer.page.has_more
    items.value = cursor === null ? answer.data : [...(items.peek() ?? []), ...answer.data]
    problem.value = null
    return true
  }
  const again = (): void => {
    const limit = Math.min(Math.max(items.peek()?.length ?? 0, PAGE_SIZE), SHOWN_MAX)
    fetchPage(limit, null).catch((thrown: unknown) => {
      problem.value = asProblem(thrown)
    })
  }
  useEffect(() => {
    items.value = null
    again()
  }, [path, JSON.stringify(query)])
  useEvents(concerns, again)
  const more = async (): Promise<void> => {
    await fetchPage(PAGE_SIZE, held.cursor)
  }
  return { items, problem, hasMore, again, more }
}

export function DataList<Item extends { readonly id: number }>(props: {
  pages: Pages<Item>
  columns: readonly Column<Item>[]
  caption: string
  empty: ComponentChildren
}) {
  const { pages, columns, caption, empty } = props
  const items = pages.items.value
  if (pages.problem.value !== null && items === null) {
    return <Failed problem={pages.problem.value} again={pages.again} />
  }
  if (items === null) return <Waiting />
  if (items.length === 0) return <>{empty}</>
  return (
    <>
      <div class="relative overflow-x-auto" tabIndex={0} role="region" aria-label={caption}>
        <table class="w-full border-collapse text-start">
          <caption class="sr-only">{caption}</caption>
          <thead class="muted border-base-300 border-b text-xs max-md:sr-only">
            <tr>
              {columns.map(({ title, class: className = '' }) => (
                <th
                  key={title}
                  scope="col"
                  class={`px-4 py-2.5 text-xs! font-semibold ${className.includes('text-end') ? '' : 'text-start'} ${className}`}
                >
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr
                key={item.id}
                data-id={item.id}
                class="border-base-300 border-b align-top last:border-b-0 max-md:flex max-md:flex-wrap max-md:items-center max-md:gap-x-3 max-md:px-4 max-md:py-2"
              >
                {columns.map(({ title, cell, class: className = '' }) => (
                  <td
                    key={title}
                    class={`px-4 py-3 max-md:min-w-0 max-md:px-0 max-md:py-1 ${className}`}
                  >
                    {cell(item)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages.hasMore.value && (
        <p class="p-4 text-center">
          <button type="button" class="btn btn-sm" onClick={() => void attempt(pages.more)}>
            Show more
          </button>
        </p>
      )}
    </>
  )
}
