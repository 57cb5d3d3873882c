/**
 * ETag, If-Match and If-None-Match: nobody overwrites what he has not seen, or is sent again what
 * he has.
 */
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { HttpError } from './problem.ts'
import { type Answer, isStream } from './route.ts'

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

/** 304 for a reader who has exactly this (RFC 9110 §13.1.2); JSON without a tag gets one here. */
export function unlessKnown({ method, headers }: IncomingMessage, answer: Answer): Answer {
  const { status = 200, body } = answer
  if ((method !== 'GET' && method !== 'HEAD') || status !== 200) return answer
  const tag = answer.headers?.['ETag'] ?? tagOf(body)
  if (tag === null) return answer
  if (!knows(headers['if-none-match'], tag)) {
    return { ...answer, headers: { ...answer.headers, ETag: tag } }
  }
  if (isStream(body)) body.destroy()
  return { status: 304, headers: { ETag: tag } }
}

function tagOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || isStream(body)) return null
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url')
  return `"${hash.slice(0, 27)}"`
}

/** The weak comparison of RFC 9110 §8.8.3.2: proxies that compress mark our tags as weak. */
const knows = (wanted: string | undefined, tag: string): boolean =>
  wanted !== undefined &&
  (wanted.trim() === '*' || wanted.split(',').some((one) => one.trim().replace(/^W\//, '') === tag))
