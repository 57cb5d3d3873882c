/**
 * An answer waits for the mail it answers, when that one is in the ledger and has no fate yet: it
 * failed and is tried again, or is left for a while, or is in other hands. So does an answer to nothing
 * we ever heard of, while earlier mail of its folder could not be fetched: it may answer that. Decided
 * first, it would find no conversation and open one of its own. Those in the same hand come in their order anyway;
 * see overtaken.ts for the slow ones among them.
 */
import { knownMessageIds, type LeftOut, listLeftOut } from '../store/left-out.ts'
import type { Queryable } from '../store/open.ts'
import { listPending, type Pending, type Place } from '../store/release-inbound.ts'
import type { Ready } from './take.ts'
import { nearestAncestors } from './thread.ts'

/** Then it goes on alone: the other may wait for something that never comes. */
const WAITS_MAX_MS = 3_600_000
const LOOK_AGAIN_MS = 1_000
/** Each look reads the whole mail again: the longer it has waited, the less often. */
const LOOK_AGAIN_SHARE = 0.25
/** When that is due, somebody else knows. */
const NOT_KNOWN = 0

export interface Waiting {
  readonly one: Ready
  /** When the mail it answers may have been taken. */
  readonly until: Date
}

/** Whoever of these has to wait, and the others, in their order. `before`: taken before these. */
export async function answersThatWait(
  db: Queryable,
  { ready, before }: { ready: readonly Ready[]; before: readonly Ready[] },
  now: Date,
): Promise<{ ready: readonly Ready[]; waiting: readonly Waiting[] }> {
  const ids = new Set(ready.flatMap(ancestorsOf))
  const inHand = new Set([...before, ...ready].map(({ row }) => row.id))
  // In this order: what comes into the ledger between the two is seen by the second.
  const strangers = await answersToUnknown(db, ready)
  const pending = firstOfEach(await listPending(db, [...ids]), inHand)
  if (pending.size === 0 && strangers.size === 0) return { ready, waiting: [] }
  const waiting: Waiting[] = []
  const goOn: Ready[] = []
  for (const one of ready) {
    const due = [...dueBefore(one, pending), ...(strangers.has(one) ? [NOT_KNOWN] : [])]
    const until = waitsUntil(one, due, now)
    if (until === null) goOn.push(one)
    else {
      waiting.push({ one, until })
      // What answers this one waits with it.
      const { row } = one
      if (row.messageId !== null) {
        pending.set(row.messageId, { place: row, dueAt: until, inHand: false })
      }
    }
  }
  return { ready: goOn, waiting }
}

interface Untaken {
  readonly place: Place
  readonly dueAt: Date | null
  /** Taken together with these, in the order of their ids. */
  readonly inHand: boolean
}

const ancestorsOf = ({ parsed }: Ready): string[] => nearestAncestors(parsed.message)

/** By Message-ID; of several copies the one that came first. */
function firstOfEach(all: readonly Pending[], inHand: ReadonlySet<number>): Map<string, Untaken> {
  return new Map(
    all
      .toSorted((a, b) => b.id - a.id)
      .map((one) => [one.messageId, { place: one, dueAt: one.dueAt, inHand: inHand.has(one.id) }]),
  )
}

/** Those that answer nothing we know, and came after mail of their folder that is left out. */
async function answersToUnknown(
  db: Queryable,
  ready: readonly Ready[],
): Promise<ReadonlySet<Ready>> {
  const answers = ready.filter((one) => ancestorsOf(one).length > 0)
  const gaps = answers.length === 0 ? [] : await listLeftOut(db)
  const behind = answers.filter(({ row }) => gaps.some((gap) => isBehind(row, gap)))
  if (behind.length === 0) return new Set()
  const known = await knownMessageIds(db, [...new Set(behind.flatMap(ancestorsOf))])
  return new Set(behind.filter((one) => !ancestorsOf(one).some((id) => known.has(id))))
}

const isBehind = (row: Place, gap: LeftOut): boolean => isSameFolder(row, gap) && row.uid > gap.uid

const isSameFolder = (a: Omit<Place, 'id'>, b: Omit<Place, 'id'>): boolean =>
  a.inboxId === b.inboxId && a.folder === b.folder && a.uidValidity === b.uidValidity

/** When those that it answers are tried again. */
const dueBefore = (one: Ready, pending: ReadonlyMap<string, Untaken>): number[] =>
  ancestorsOf(one).flatMap((id) => {
    const other = pending.get(id)
    if (other === undefined || !arrivedBefore(other.place, one.row)) return []
    if (other.inHand && other.place.id < one.row.id) return []
    return [other.dueAt?.getTime() ?? NOT_KNOWN]
  })

/**
 * Only earlier ones are waited for: two that name each other would wait for ever. What could not be
 * fetched at first has a later row than what came after it.
 */
const arrivedBefore = (a: Place, b: Place): boolean =>
  isSameFolder(a, b) ? a.uid < b.uid : a.id < b.id

function waitsUntil(one: Ready, due: readonly number[], now: Date): Date | null {
  if (due.length === 0) return null
  const receivedAt = one.row.receivedAt.getTime()
  const waited = now.getTime() - receivedAt
  // Received in the future: the clock was put back since, and the hour would not end for long.
  if (Math.abs(waited) > WAITS_MAX_MS) return null
  const pause = Math.max(LOOK_AGAIN_MS, waited * LOOK_AGAIN_SHARE)
  const lookAgain = Math.max(Math.max(...due) + LOOK_AGAIN_MS, now.getTime() + pause)
  return new Date(Math.min(lookAgain, receivedAt + WAITS_MAX_MS + LOOK_AGAIN_MS))
}

/** Does it answer one of these? */
export const answersOneOf = (one: Ready, messageIds: ReadonlySet<string>): boolean =>
  ancestorsOf(one).some((id) => messageIds.has(id))

/** Why an answer was not taken: the mail it answers was not. Says nothing about the answer. */
export class WaitsForAnswered extends Error {
  override readonly name = 'WaitsForAnswered'

  constructor() {
    super('the mail it answers has not been taken yet, or could not be fetched')
  }
}
