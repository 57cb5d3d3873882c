/**
 * Requests that may come twice, under a key of the client's own: the second gets the answer of the
 * first. A row is `running` before the work, `committed` in the transaction of the work, and
 * `answered` when its answer is known.
 */
import { recordFrom, toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

export interface KeptAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The exact text; null: no body. */
  readonly body: string | null
}

export interface KeyOf {
  readonly userId: number
  readonly key: string
}

/** Whoever took a key last: nobody else writes under it. */
export interface Claim extends KeyOf {
  readonly takenAt: Date
}

export type KnownRequest = {
  readonly fingerprint: string
  readonly createdAt: Date
} & (
  | { readonly state: 'running' | 'committed' }
  | { readonly state: 'answered'; readonly answer: KeptAnswer }
)

interface KeyRow {
  user_id: number
  key: string
  fingerprint: string
  state: 'running' | 'committed' | 'answered'
  status: number | null
  headers: string | null
  body: string | null
  created_at: number
}

const where = ({ userId, key }: KeyOf) => ({ user_id: userId, key })
const whereMine = (claim: Claim) => ({ ...where(claim), created_at: toMs(claim.takenAt) })

/** Takes the key for a request that begins. False: it is taken. */
export async function takeKey(tx: Tx, key: KeyOf, fingerprint: string, at: Date): Promise<boolean> {
  const inserted = await tx<KeyRow>('idempotency_keys')
    .insert({ ...where(key), fingerprint, state: 'running', created_at: toMs(at) })
    .onConflict(['user_id', 'key'])
    .ignore()
    .returning('key')
  return inserted.length > 0
}

/** Takes the key of a request that began before an instant and wrote nothing. False: it did. */
export async function takeKeyOver(tx: Tx, key: KeyOf, dead: Date, at: Date): Promise<boolean> {
  const updated = await tx<KeyRow>('idempotency_keys')
    .where({ ...where(key), state: 'running' })
    .where('created_at', '<=', toMs(dead))
    .update({ created_at: toMs(at) })
  return updated === 1
}

export async function findRequest(db: Queryable, key: KeyOf): Promise<KnownRequest | null> {
  const row = await db<KeyRow>('idempotency_keys').where(where(key)).first()
  if (row === undefined) return null
  const known = { fingerprint: row.fingerprint, createdAt: new Date(row.created_at) }
  if (row.state !== 'answered' || row.status === null) {
    return { ...known, state: row.state === 'answered' ? 'committed' : row.state }
  }
  const headers = recordFrom(row.headers) as Record<string, string>
  return { ...known, state: 'answered', answer: { status: row.status, headers, body: row.body } }
}

/**
 * In the transaction of the work itself: from now on it must not be done again. A request may have
 * several. False: somebody else took the key over, and does the work.
 */
export async function markCommitted(tx: Tx, claim: Claim): Promise<boolean> {
  const updated = await tx<KeyRow>('idempotency_keys')
    .where(whereMine(claim))
    .update({ state: tx.raw(`case when state = 'running' then 'committed' else state end`) })
  return updated === 1
}

export async function keepAnswer(tx: Tx, claim: Claim, answer: KeptAnswer): Promise<void> {
  await tx<KeyRow>('idempotency_keys')
    .where(whereMine(claim))
    .update({
      state: 'answered',
      status: answer.status,
      headers: toJson(answer.headers),
      body: answer.body,
    })
}

/** Nothing was done: the key is free again. One whose work was committed stays. */
export async function giveKeyBack(tx: Tx, claim: Claim): Promise<void> {
  await tx<KeyRow>('idempotency_keys')
    .where({ ...whereMine(claim), state: 'running' })
    .del()
}

/**
 * Forgets what was answered wherever a ticket or a comment of this id is in it: perhaps a few too
 * many, whose repetition is then told to look whether it was done. That it was done stays.
 */
export async function forgetAnswersNaming(tx: Tx, id: number): Promise<void> {
  await tx<KeyRow>('idempotency_keys')
    .where({ state: 'answered' })
    .where((q) => {
      for (const end of [',', '}']) void q.orWhere('body', 'like', `%id":${id}${end}%`)
    })
    .update({ state: 'committed', status: null, headers: null, body: null })
}

export async function forgetAnswers(tx: Tx, before: Date): Promise<void> {
  await tx<KeyRow>('idempotency_keys').where('created_at', '<', toMs(before)).del()
}
