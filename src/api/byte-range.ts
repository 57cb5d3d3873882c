/** Range requests (RFC 9110 §14) for one part of a file: a download that broke off goes on. */
import type { Readable } from 'node:stream'
import { derived } from './derived.ts'
import { HttpError } from './problem.ts'

export interface ByteRange {
  readonly start: number
  /** The last byte, inclusive. */
  readonly end: number
}

/**
 * What part is wanted; null: all of it, also when several parts are, or the file has changed since.
 * @throws HttpError 416 for a part that the file does not have.
 */
export function rangeOf(
  headers: {
    readonly range?: string | undefined
    readonly 'if-range'?: string | string[] | undefined
  },
  { size, etag }: { readonly size: number; readonly etag: string },
): ByteRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range?.replaceAll(' ', '') ?? '')
  if (match === null) return null
  const condition = headers['if-range']
  if (condition !== undefined && condition !== etag) return null
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return null
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last))
  if (first !== '' && last !== '' && Number(last) < start) return null
  if (start > end) throw notThere(size)
  return { start, end }
}

const notThere = (size: number): HttpError =>
  new HttpError(416, 'range-not-satisfiable', `The file has ${size} bytes.`, {
    headers: { 'Content-Range': `bytes */${size}` },
    details: { size },
  })

/** That part of a stream; what comes after it is not read. */
export function partOf(content: Readable, { start, end }: ByteRange): Readable {
  return derived(content, (bytes) => pieces(bytes, start, end + 1 - start))
}

async function* pieces(content: Readable, skip: number, length: number): AsyncGenerator<Buffer> {
  let before = skip
  let left = length
  // Leaving the loop early destroys the source.
  for await (const chunk of content) {
    const bytes = chunk as Buffer
    const from = Math.min(before, bytes.byteLength)
    before -= from
    const piece = bytes.subarray(from, from + left)
    left -= piece.byteLength
    if (piece.byteLength > 0) yield piece
    if (left <= 0) return
  }
}
