/**
 * Pages of a list: opaque cursors that say where the next one begins and to which question they
 * belong. Keyset paging: rows that come or go never make a page skip or repeat one.
 */
import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'
import { parseId } from './route.ts'

export interface PageJson<Item> {
  readonly data: readonly Item[]
  readonly page: { readonly next_cursor: string | null; readonly has_more: boolean }
}

/** Who asks what: a cursor is good for the same question only. */
export interface Question {
  readonly route: string
  readonly search: URLSearchParams
}

/** Where a page begins: after the row with this id and this value of what the list is sorted by. */
export interface Position {
  readonly id: number
  readonly key: number
}

/**
 * Ask for one row more than `limit`: whether it is there says if there is more.
 * @param keyOf of lists that are sorted by something else than the id.
 */
export function pageOf<Row extends { readonly id: number }, Item>(
  rows: readonly Row[],
  limit: number,
  question: Question,
  items: readonly Item[],
  keyOf: (row: Row) => number = () => 0,
): PageJson<Item> {
  const last = rows[limit - 1]
  const hasMore = rows.length > limit && last !== undefined
  const next = hasMore ? cursorAt({ id: last.id, key: keyOf(last) }, question) : null
  return { data: items, page: { next_cursor: next, has_more: hasMore } }
}

/** A page that ends before its limit although there may be more, after this id. */
export const unfinishedPage = <Item>(
  id: number,
  question: Question,
  items: readonly Item[],
): PageJson<Item> => ({
  data: items,
  page: { next_cursor: cursorAt({ id, key: 0 }, question), has_more: true },
})

/** The id a cursor points to; undefined without one. Refuses with 400 what is not one of ours. */
export const idAt = (cursor: string | undefined, question: Question): number | undefined =>
  positionAt(cursor, question)?.id

/** The same for lists that are sorted by something else. */
export function positionAt(cursor: string | undefined, question: Question): Position | undefined {
  if (cursor === undefined) return undefined
  const [place = '', asked, check] = Buffer.from(cursor, 'base64url').toString('latin1').split('.')
  const [idText = '', keyText = ''] = place.split(':')
  const id = parseId(idText)
  const key = Number(keyText)
  if (id === null || !Number.isSafeInteger(key) || check !== digest(`${place}.${asked}`)) {
    throw new AppError('malformed', 'invalid-cursor', 'The cursor is not one that we gave out.')
  }
  if (asked !== hashOf(question)) {
    throw new AppError(
      'malformed',
      'cursor-mismatch',
      'The cursor belongs to a list with other filters. Begin again without it.',
    )
  }
  return { id, key }
}

function cursorAt({ id, key }: Position, question: Question): string {
  const position = `${id}:${key}.${hashOf(question)}`
  return Buffer.from(`${position}.${digest(position)}`, 'latin1').toString('base64url')
}

function hashOf({ route, search }: Question): string {
  const filters = [...search].filter(([name]) => name !== 'cursor' && name !== 'limit')
  return digest(JSON.stringify([route, filters.toSorted(byNameAndValue)]))
}

function byNameAndValue(a: readonly string[], b: readonly string[]): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

/** Where the next page is (RFC 8288), for clients that follow links; empty: there is none. */
export function linkToNext(path: string, search: URLSearchParams, body: unknown): string {
  const page = (body as Partial<PageJson<unknown>> | undefined)?.page
  if (page?.has_more !== true || page.next_cursor === null) return ''
  const next = new URLSearchParams(search)
  next.set('cursor', page.next_cursor)
  return `<${path}?${next.toString()}>; rel="next"`
}

/** Against accidents, not attacks: a cursor gives no right that its user does not have. */
const digest = (text: string): string =>
  createHash('sha256').update(`cursor ${text}`).digest('hex').slice(0, 12)
