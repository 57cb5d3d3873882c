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

/** Ask for one row more than `limit`: whether it is there says if there is more. */
export function pageOf<Row extends { readonly id: number }, Item>(
  rows: readonly Row[],
  limit: number,
  question: Question,
  items: readonly Item[],
): PageJson<Item> {
  const last = rows[limit - 1]
  const hasMore = rows.length > limit && last !== undefined
  return {
    data: items,
    page: { next_cursor: hasMore ? cursorAt(last.id, question) : null, has_more: hasMore },
  }
}

/** The id a cursor points to; undefined without one. Refuses with 400 what is not one of ours. */
export function idAt(cursor: string | undefined, question: Question): number | undefined {
  if (cursor === undefined) return undefined
  const [id = '', asked, check] = Buffer.from(cursor, 'base64url').toString('latin1').split('.')
  const position = parseId(id)
  if (position === null || check !== digest(`${id}.${asked}`)) {
    throw new AppError('malformed', 'invalid-cursor', 'The cursor is not one that we gave out.')
  }
  if (asked !== hashOf(question)) {
    throw new AppError(
      'malformed',
      'cursor-mismatch',
      'The cursor belongs to a list with other filters. Begin again without it.',
    )
  }
  return position
}

function cursorAt(id: number, question: Question): string {
  const position = `${id}.${hashOf(question)}`
  return Buffer.from(`${position}.${digest(position)}`, 'latin1').toString('base64url')
}

function hashOf({ route, search }: Question): string {
  const filters = [...search].filter(([name]) => name !== 'cursor' && name !== 'limit')
  return digest(JSON.stringify([route, filters.toSorted(byNameAndValue)]))
}

function byNameAndValue(a: readonly string[], b: readonly string[]): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

/** Against accidents, not attacks: a cursor gives no right that its user does not have. */
const digest = (text: string): string =>
  createHash('sha256').update(`cursor ${text}`).digest('hex').slice(0, 12)
