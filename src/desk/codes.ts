/**
 * Codes that prove an address: six digits by mail, or a long one in a link. No hash protects six
 * digits; what does is that they live ten minutes and bear five tries.
 */
import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { randomSecret } from '../ids.ts'
import {
  type Code,
  type CodePurpose,
  codesSince,
  countTry,
  deleteCodesBefore,
  endCodes,
  insertCode,
  latestCode,
} from '../store/codes.ts'
import type { Tx } from '../store/open.ts'
import { lockAccount } from '../store/users.ts'

export const CODE_MINUTES = 10
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Of a link that an operator hands over. */
const LINK_MS = 72 * HOUR_MS
/** Not sooner, or a mailbox could be flooded in another's name. */
const AGAIN_MS = MINUTE_MS
const SENT_PER_HOUR_MAX = 5
const TRIES_MAX = 5
/** Over all codes: a new code gives no new tries without end. */
const TRIES_PER_HOUR_MAX = 10
const KEPT_MS = 24 * HOUR_MS
const LINK_BYTES = 32

export interface WantedCode {
  readonly userId: number
  readonly purpose: CodePurpose
  /** What a registration asked for. */
  readonly name?: string | null
  readonly passwordHash?: string | null
}

/** Six digits, which replace an earlier code of the same purpose; null: too soon, or too many. */
export async function issueCode(tx: Tx, wanted: WantedCode, at: Date): Promise<string | null> {
  if ((await lockAccount(tx, wanted.userId)) === null) return null
  const latest = await latestCode(tx, wanted.userId, wanted.purpose)
  if (latest !== null && at.getTime() - latest.createdAt.getTime() < AGAIN_MS) return null
  const { sent } = await codesSince(tx, wanted.userId, new Date(at.getTime() - HOUR_MS))
  if (sent >= SENT_PER_HOUR_MAX) return null
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  await replaceCode(tx, wanted, { code, lifeMs: CODE_MINUTES * MINUTE_MS }, at)
  return code
}

/** 256 bits for a link to set a password with: for operators, who need no limit. */
export async function issueLinkCode(tx: Tx, userId: number, at: Date): Promise<string> {
  const code = randomSecret(LINK_BYTES).toString('base64url')
  await replaceCode(tx, { userId, purpose: 'reset' }, { code, lifeMs: LINK_MS }, at)
  return code
}

async function replaceCode(
  tx: Tx,
  { userId, purpose, name = null, passwordHash = null }: WantedCode,
  { code, lifeMs }: { code: string; lifeMs: number },
  at: Date,
): Promise<void> {
  await deleteCodesBefore(tx, new Date(at.getTime() - KEPT_MS - LINK_MS))
  await endCodes(tx, { userId, purpose }, at)
  const expiresAt = new Date(at.getTime() + lifeMs)
  const salt = randomSecret(16).toString('hex')
  const hash = `${salt}.${digest(salt, code)}`
  await insertCode(tx, { userId, purpose, hash, name, passwordHash, expiresAt }, at)
}

/**
 * Tries a code. The right one is used up; null: wrong, expired, used, or tried too often. The
 * transaction must be kept even then, or the try would not count.
 */
export async function spendCode(
  tx: Tx,
  given: { userId: number; purpose: CodePurpose; code: string },
  at: Date,
): Promise<Code | null> {
  const { userId, purpose } = given
  if ((await lockAccount(tx, userId)) === null) return null
  const code = await latestCode(tx, userId, purpose)
  if (code === null) return null
  const { tries } = await codesSince(tx, userId, new Date(at.getTime() - HOUR_MS))
  if (tries >= TRIES_PER_HOUR_MAX) return null
  if (!(await countTry(tx, code.id, { triesMax: TRIES_MAX, at }))) return null
  const [salt = '', hash = ''] = code.hash.split('.')
  const isRight = timingSafeEqual(Buffer.from(digest(salt, given.code)), Buffer.from(hash))
  if (!isRight) return null
  await endCodes(tx, { userId, purpose }, at)
  return code
}

const digest = (salt: string, code: string): string =>
  createHash('sha256').update(`${salt} ${code}`).digest('hex')
