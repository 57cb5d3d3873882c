/**
 * ETag, If-Match and If-None-Match: nobody overwrites what he has not seen, or is sent again what
 * he has.
 */
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { authorise } from './auth.ts'
import { HttpError } from './problem.ts'
import { type Answer, isStream, type RawRequest, type Route } from './route.ts'

export const etagOf = ({ version }: { readonly version: number }): string => `"v${version}"`

/** 412 with the current state when the caller saw an older version (RFC 9110 §13.1.1). */
export function ifMatch(
  headers: IncomingHttpHeaders,
  row: { readonly version: number },
  current: unknown,
): void {
  const wanted = headers['if-match']
  if (wanted !== undefined && !wants(wanted, etagOf(row))) throw stale(etagOf(row), current)
}

const wants = (wanted: string, tag: string): boolean =>
  wanted.trim() === '*' || wanted.split(',').some((one) => one.trim() === tag)

const stale = (tag: string, current: unknown): HttpError =>
  new HttpError(412, 'stale-version', 'This was changed since you looked at it.', {
    headers: { ETag: tag },
    details: { current },
  })

/**
 * Also routes that know no versions heed If-Match: where the same path can be read, its answer for
 * this caller has to be the one he saw. Those that look themselves do so in their transaction, and
 * say so among their refusals.
 */
export function heedingIfMatch(routes: readonly Route[]): Route[] {
  return routes.map((route) => {
    const writes = ['PATCH', 'PUT', 'DELETE'].includes(route.method)
    const looks = route.refuses.includes('412 stale-version')
    const reader = routes.find(({ method, path }) => method === 'GET' && path === route.path)
    return writes && !looks && reader !== undefined ? guarded(route, reader) : route
  })
}

function guarded(route: Route, reader: Route): Route {
  return {
    ...route,
    refuses: [...route.refuses, '412 stale-version'],
    async answer(request) {
      const wanted = request.message.headers['if-match']
      if (wanted !== undefined) await requireSeen(wanted, reader, request)
      return route.answer(request)
    },
  }
}

async function requireSeen(wanted: string, reader: Route, request: RawRequest): Promise<void> {
  if (request.caller !== null) authorise(request.caller, reader.access)
  const once: RawRequest['once'] = (_request, work) => work()
  const current = await reader.answer({ ...request, search: new URLSearchParams(), once })
  const tag = tagFor(current)
  if (isStream(current.body)) current.body.destroy()
  if (tag !== null && !wants(wanted, tag)) throw stale(tag, current.body)
}

/** 304 for a reader who has exactly this (RFC 9110 §13.1.2); JSON without a tag gets one here. */
export function unlessKnown({ method, headers }: IncomingMessage, answer: Answer): Answer {
  const { status = 200, body } = answer
  if ((method !== 'GET' && method !== 'HEAD') || status !== 200) return answer
  const tag = tagFor(answer)
  if (tag === null) return answer
  if (!knows(headers['if-none-match'], tag)) {
    return { ...answer, headers: { ...answer.headers, ETag: tag } }
  }
  if (isStream(body)) body.destroy()
  return { status: 304, headers: { ETag: tag } }
}

const tagFor = ({ headers, body }: Answer): string | null => headers?.['ETag'] ?? tagOf(body)

function tagOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || isStream(body)) return null
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url')
  return `"${hash.slice(0, 27)}"`
}

/** The weak comparison of RFC 9110 §8.8.3.2: proxies that compress mark our tags as weak. */
const knows = (wanted: string | undefined, tag: string): boolean =>
  wanted !== undefined &&
  (wanted.trim() === '*' || wanted.split(',').some((one) => one.trim().replace(/^W\//, '') === tag))
