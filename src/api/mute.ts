/**
 * /u/:token: the unsubscribe link of a notice (RFC 2369 §3.2, RFC 8058). A GET only asks, because
 * mail scanners follow every link; a POST, by a mail client's one click or our button, mutes.
 */
import { unfollowTicket } from '../desk/take-part.ts'
import { findAccount } from '../store/users.ts'
import { isStaff } from '../ticket/user.ts'
import { media } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { type Answer, notFound, type RawRequest, type Route } from './route.ts'

export function muteRoutes(deps: ApiDeps): readonly Route[] {
  return [
    muteRoute('GET', 'Asks whether to mute the ticket of a notice', (request) =>
      ask(deps, request),
    ),
    muteRoute('POST', 'Mutes the ticket of a notice', (request) => mute(deps, request)),
  ]
}

function muteRoute(
  method: 'GET' | 'POST',
  summary: string,
  answer: (request: RawRequest) => Promise<Answer>,
): Route {
  const access = { roles: 'public' } as const
  return {
    method,
    path: '/u/:token',
    summary,
    access,
    query: NO_QUERY,
    body: null,
    answers: { 200: media('text/html') },
    refuses: ['404 not-found'],
    answer,
  }
}

async function ask(deps: ApiDeps, { params }: RawRequest): Promise<Answer> {
  const { ticketId } = await wishOf(deps, params)
  const form = '<form method="post"><button type="submit">Mute it</button></form>'
  return page(`<p>Hear no more of ticket ${ticketId}?</p>${form}`)
}

async function mute(deps: ApiDeps, { params }: RawRequest): Promise<Answer> {
  const { ticketId, userId } = await wishOf(deps, params)
  const { store, clock } = deps
  await store.transaction((tx) =>
    unfollowTicket(tx, { ticketId, agent: { id: userId } }, clock.now()),
  )
  return page(`<p>You hear no more of ticket ${ticketId}. To undo it, follow the ticket.</p>`)
}

/** Whoever has the link got the notice; nobody else is answered anything but 404. */
async function wishOf(
  { context, store }: ApiDeps,
  params: RawRequest['params'],
): Promise<{ ticketId: number; userId: number }> {
  const claims = context.tokens.verify(params['token'] ?? '')
  if (claims?.kind !== 'mute') throw notFound()
  const user = await findAccount(store.read, claims.userId)
  if (user === null || !isStaff(user)) throw notFound()
  return claims
}

const page = (content: string): Answer => ({
  body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Postroom</title></head><body>${content}</body></html>
`,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Robots-Tag': 'noindex',
    'Content-Security-Policy':
      "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  },
})
