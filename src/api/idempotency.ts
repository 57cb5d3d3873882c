/**
 * Idempotency-Key: a client that does not know whether its request arrived sends it again, and
 * gets the answer of the first one. A key belongs to one route and to whoever sent it, one token or
 * the sessions of one user, and is known for a day.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { AppError } from '../errors.ts'
import { passing } from '../fault-points.ts'
import {
  type Claim,
  findRequest,
  giveKeyBack,
  keepAnswer,
  type KeyOf,
  type KnownRequest,
  markCommitted,
  takeKey,
  takeKeyOver,
} from '../store/idempotency-keys.ts'
import type { Store } from '../store/open.ts'
import { HttpError, invalidParameter } from './problem.ts'
import type { Answer, Caller, RawRequest, Repeated } from './route.ts'

const KEY = /^[\x21-\x7e]{1,255}$/
/** Longer than any request may take: whoever began so long ago and wrote nothing is dead. */
const RUNNING_MS_MAX = 5 * 60_000

/** The request under a key that is being worked on: known to the transactions of its work. */
const working = new AsyncLocalStorage<Claim>()

/** The same store, whose transactions say under which key their work was done. */
export function markingStore(store: Store): Store {
  return {
    ...store,
    transaction(work) {
      // Now: the work itself may run in the turn of somebody who commits for several.
      const claim = working.getStore()
      if (claim === undefined) return store.transaction(work)
      return store.transaction(async (tx) => {
        const result = await work(tx)
        if (!(await markCommitted(tx, claim))) throw inProgress()
        return result
      })
    },
  }
}

/** The key of a request, or null. */
function keyIn(header: string | string[] | undefined): string | null {
  if (header === undefined) return null
  if (typeof header === 'string' && KEY.test(header)) return header
  throw invalidParameter('Idempotency-Key', 'is not 1 to 255 visible ASCII characters')
}

/** Does the work once under the key that a request of this caller names. */
export function onceFor(
  deps: { readonly store: Store; readonly clock: Clock },
  caller: Caller,
  message: IncomingMessage,
): RawRequest['once'] {
  const given = keyIn(message.headers['idempotency-key'])
  if (given === null) return (_request, work) => work()
  const key = { userId: caller.user.id, key: keyOf(given, caller, message) }
  return (request, work) => once(deps, { key, request }, work)
}

/**
 * Another token of the same user may have fewer rights, and is given no answer of this one. The key
 * stands in the database as its digest, so that it is as long whatever it is for.
 */
export function keyOf(
  given: string,
  { tokenId, onlyTicketId }: Pick<Caller, 'tokenId' | 'onlyTicketId'>,
  { method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>,
): string {
  const [path] = url.split('?')
  // Only what is there is written: a session has neither of the two.
  const parts = [method, path, { tokenId, onlyTicketId }, given]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

export interface Repeatable {
  readonly key: KeyOf
  /** What is asked: anything that JSON can hold. */
  readonly request: unknown
}

/**
 * Does the work, or gives the answer it had the first time. A refusal is not kept: nothing was
 * done, and the next attempt may succeed.
 *
 * @throws AppError `idempotency-key-reused`; HttpError `request-in-progress`.
 */
export async function once<A extends Answer>(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  { key, request }: Repeatable,
  work: () => Promise<A>,
): Promise<A | Repeated> {
  const fingerprint = fingerprintOf(request)
  const at = clock.now()
  if (!(await store.transaction((tx) => takeKey(tx, key, fingerprint, at)))) {
    const known = await findRequest(store.read, key)
    const answer = repeated(known, fingerprint, at)
    if (answer !== null) return answer
    const dead = new Date(at.getTime() - RUNNING_MS_MAX)
    if (!(await store.transaction((tx) => takeKeyOver(tx, key, dead, at)))) throw inProgress()
  }
  await passing('api.begun')
  const claim = { ...key, takenAt: at }
  let answer: A
  try {
    answer = await working.run(claim, work)
  } catch (err) {
    await store.transaction((tx) => giveKeyBack(tx, claim))
    throw err
  }
  await passing('api.committed')
  const { status = 200, headers = {}, body } = answer
  const text = body === undefined ? null : `${JSON.stringify(body)}\n`
  await store.transaction((tx) => keepAnswer(tx, claim, { status, headers, body: text }))
  return answer
}

/** Without what must not be guessed from it: a hash of a password invites trying words. */
const fingerprintOf = (request: unknown): string => {
  const text = JSON.stringify(request, (member, value: unknown) =>
    member === 'password' ? undefined : value,
  )
  return createHash('sha256').update(text).digest('hex')
}

/** The answer of the first time; null: whoever began is dead, and did nothing. */
function repeated(known: KnownRequest | null, fingerprint: string, at: Date): Repeated | null {
  if (known === null) throw inProgress()
  if (known.fingerprint !== fingerprint) {
    throw new AppError(
      'invalid',
      'idempotency-key-reused',
      'This Idempotency-Key came with another request. Make a new key for each new request.',
    )
  }
  if (known.state === 'answered') {
    const { status, headers, body } = known.answer
    const json = body === null ? {} : { 'Content-Type': 'application/json; charset=utf-8' }
    return {
      repeated: true,
      status,
      headers: { ...headers, ...json, 'Idempotent-Replayed': 'true' },
      ...(body === null ? {} : { body }),
    }
  }
  if (known.state === 'running' && at.getTime() - known.createdAt.getTime() >= RUNNING_MS_MAX) {
    return null
  }
  throw inProgress()
}

const inProgress = (): HttpError =>
  new HttpError(
    409,
    'request-in-progress',
    'The first request with this Idempotency-Key has no answer yet. Look whether it was done.',
    { headers: { 'Retry-After': '1' } },
  )
