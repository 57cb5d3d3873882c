/** ETag and If-Match: nobody overwrites what he has not seen. */
import type { IncomingHttpHeaders } from 'node:http'
import { HttpError } from './problem.ts'

export const etagOf = ({ version }: { readonly version: number }): string => `"v${version}"`

/** 412 with the current state when the caller saw an older version (RFC 9110 §13.1.1). */
export function ifMatch(
  headers: IncomingHttpHeaders,
  row: { readonly version: number },
  current: unknown,
): void {
  const wanted = headers['if-match']
  if (wanted === undefined || wanted.trim() === '*') return
  if (wanted.split(',').some((tag) => tag.trim() === etagOf(row))) return
  throw new HttpError(412, 'stale-version', 'This was changed since you looked at it.', {
    headers: { ETag: etagOf(row) },
    details: { current },
  })
}
