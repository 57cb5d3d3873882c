/** Who calls: a bearer token becomes an active user with at most the rights of his role. */
import { hashOfToken, type Scope } from '../desk/create-token.ts'
import { AppError } from '../errors.ts'
import { type ApiToken, findToken, touchToken } from '../store/api-tokens.ts'
import { findUser } from '../store/users.ts'
import { isStaff } from '../ticket/user.ts'
import type { ApiDeps } from './deps.ts'
import type { Access, Caller } from './route.ts'

type AuthDeps = Pick<ApiDeps, 'store' | 'clock'>

/** How often the use of one token is written down. */
const TOUCH_EVERY_MS = 60_000
const TOUCHED_MAX = 10_000

export class Authenticator {
  readonly #deps: AuthDeps
  readonly #touched = new Map<number, number>()

  constructor(deps: AuthDeps) {
    this.#deps = deps
  }

  /** @throws AppError 401, with one sentence for every reason there is. */
  async callerOf(authorization: string | undefined): Promise<Caller> {
    const { store, clock } = this.#deps
    const text = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
    const hash = hashOfToken(text)
    const token = hash === null ? null : await findToken(store.read, hash)
    const at = clock.now()
    if (token === null || (token.expiresAt !== null && token.expiresAt <= at)) throw unknown()
    const user = await findUser(store.read, token.userId)
    if (user?.state !== 'active') throw unknown()
    this.#touch(token, at)
    return { user, scopes: token.scopes }
  }

  /** Beside the request: when a token was last used is worth a note, not a wait or a failure. */
  #touch(token: ApiToken, at: Date): void {
    if (at.getTime() - (this.#touched.get(token.id) ?? 0) < TOUCH_EVERY_MS) return
    if (this.#touched.size >= TOUCHED_MAX) this.#touched.clear()
    this.#touched.set(token.id, at.getTime())
    this.#deps.store
      .transaction((tx) => touchToken(tx, token.id, at))
      .catch(() => {
        // The next use writes it down.
        this.#touched.delete(token.id)
      })
  }
}

const unknown = (): AppError =>
  new AppError(
    'unauthenticated',
    'unauthenticated',
    'Send a valid API token as "Authorization: Bearer pst_...".',
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
export function requireScope({ scopes }: Caller, required: readonly Scope[]): void {
  if (scopes === null || required.length === 0) return
  if (required.some((scope) => scopes.includes(scope))) return
  const sentence = `This token lacks the scope ${required.join(' or ')}.`
  throw new AppError('forbidden', 'insufficient-scope', sentence, { required })
}

export const forbidden = (sentence: string): AppError =>
  new AppError('forbidden', 'forbidden', sentence)

/** Staff see everything; a customer sees the tickets he takes part in. */
export const scopeOf = ({ user }: Caller): { readonly participantId: number | null } => ({
  participantId: isStaff(user) ? null : user.id,
})
