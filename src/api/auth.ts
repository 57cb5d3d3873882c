/** Who calls: a token or a session becomes an active user with at most the rights of his role. */
import type { IncomingMessage } from 'node:http'
import { hashOfToken } from '../desk/create-token.ts'
import { sessionOf } from '../desk/log-in.ts'
import { AppError } from '../errors.ts'
import { findToken, touchToken } from '../store/api-tokens.ts'
import type { Tx } from '../store/open.ts'
import type { TicketScope } from '../store/reads/visible-tickets.ts'
import { touchSession } from '../store/sessions.ts'
import { findUser } from '../store/users.ts'
import { isStaff } from '../ticket/user.ts'
import { refuseForeign, sessionCookie } from './cookies.ts'
import type { ApiDeps } from './deps.ts'
import type { Access, Caller, Needed } from './route.ts'

type AuthDeps = Pick<ApiDeps, 'store' | 'clock' | 'config'>

/** How often the use of one token or session is written down. */
const TOUCH_EVERY_MS = 60_000
const TOUCHED_MAX = 10_000

export class Authenticator {
  readonly #deps: AuthDeps
  readonly #touched = new Map<string, number>()

  constructor(deps: AuthDeps) {
    this.#deps = deps
  }

  /** @throws AppError 401, with one sentence for every reason there is; 403 `csrf`. */
  async callerOf(message: IncomingMessage): Promise<Caller> {
    const { authorization } = message.headers
    const caller =
      authorization === undefined
        ? await this.#bySession(message)
        : await this.#byToken(authorization)
    if (caller === null) throw unauthenticated()
    return caller
  }

  async #byToken(authorization: string): Promise<Caller | null> {
    const { store, clock } = this.#deps
    const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
    const hash = hashOfToken(text)
    const token = hash === null ? null : await findToken(store.read, hash)
    const at = clock.now()
    if (token === null || (token.expiresAt !== null && token.expiresAt <= at)) return null
    const user = await findUser(store.read, token.userId)
    if (user?.state !== 'active') return null
    this.#touch(`token ${token.id}`, at, (tx) => touchToken(tx, token.id, at))
    return { user, scopes: token.scopes, session: null, tokenId: token.id }
  }

  async #bySession(message: IncomingMessage): Promise<Caller | null> {
    const { store, clock, config } = this.#deps
    const secret = sessionCookie(message, config.publicUrl)
    const at = clock.now()
    const session = secret === null ? null : await sessionOf(store.read, secret, at)
    if (session === null) return null
    refuseForeign(message, config.publicUrl)
    const user = await findUser(store.read, session.userId)
    if (user?.state !== 'active') return null
    this.#touch(`session ${session.id}`, at, (tx) => touchSession(tx, session.id, at))
    return { user, scopes: null, session }
  }

  /** Beside the request: when something was last used is worth a note, not a wait or a failure. */
  #touch(key: string, at: Date, write: (tx: Tx) => Promise<void>): void {
    if (at.getTime() - (this.#touched.get(key) ?? 0) < TOUCH_EVERY_MS) return
    if (this.#touched.size >= TOUCHED_MAX) this.#touched.clear()
    this.#touched.set(key, at.getTime())
    this.#deps.store.transaction(write).catch(() => {
      // The next use writes it down.
      this.#touched.delete(key)
    })
  }
}

const unauthenticated = (): AppError =>
  new AppError(
    'unauthenticated',
    'unauthenticated',
    'Log in, or send a valid API token as "Authorization: Bearer pst_...".',
  )

/** @throws AppError 403 when the caller may not use this route at all. */
export function authorise(caller: Caller, access: Access): void {
  if (access.roles === 'public') return
  if (!access.roles.includes(caller.user.role)) {
    throw forbidden(`This is not for the role ${caller.user.role}.`)
  }
  requireScope(caller, access.scopes)
}

/** One of them is enough; no scope is needed where none is named. */
export function requireScope({ scopes }: Caller, required: Needed): void {
  if (scopes === null || required.length === 0) return
  if (required === 'unlimited') {
    throw new AppError('forbidden', 'insufficient-scope', 'A limited token cannot do this.', {
      required: [],
    })
  }
  if (required.some((scope) => scopes.includes(scope))) return
  const sentence = `This token lacks the scope ${required.join(' or ')}.`
  throw new AppError('forbidden', 'insufficient-scope', sentence, { required })
}

export const forbidden = (sentence: string): AppError =>
  new AppError('forbidden', 'forbidden', sentence)

/** Staff see everything; a customer sees the tickets he takes part in, by a link one of them. */
export const scopeOf = ({ user, onlyTicketId }: Caller): TicketScope => ({
  participantId: isStaff(user) ? null : user.id,
  ...(onlyTicketId === undefined ? {} : { ticketId: onlyTicketId }),
})
