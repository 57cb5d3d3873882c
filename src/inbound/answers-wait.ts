/**
 * An answer waits for the mail it answers, when that one is in the ledger and has no fate yet: it
 * failed and is tried again, or is left for a while, or is in other hands. Decided first, the answer
 * would find no conversation and open one of its own. Those in the same hand come in their order anyway;
 * see overtaken.ts for the slow ones among them.
 */
import type { Queryable } from '../store/open.ts'
import { listPending, type Pending } from '../store/release-inbound.ts'
import type { Ready } from './take.ts'

/** Then it goes on alone: the other may wait for something that never comes. */
const WAITS_MAX_MS = 3_600_000
const LOOK_AGAIN_MS = 1_000
/** Each look reads the whole mail again: the longer it has waited, the less often. */
const LOOK_AGAIN_SHARE = 0.25

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
  const others = (await listPending(db, [...ids])).filter(({ id }) => !inHand.has(id))
  const pending = firstOfEach(others)
  if (pending.size === 0) return { ready, waiting: [] }
  const waiting: Waiting[] = []
  const goOn: Ready[] = []
  for (const one of ready) {
    const until = waitsUntil(one, pending, now)
    if (until === null) goOn.push(one)
    else {
      waiting.push({ one, until })
      // What answers this one waits with it.
      const { id, messageId } = one.row
      if (messageId !== null) pending.set(messageId, { id, messageId, dueAt: until })
    }
  }
  return { ready: goOn, waiting }
}

const ancestorsOf = ({ parsed }: Ready): string[] => [
  ...parsed.message.inReplyTo,
  ...parsed.message.references,
]

/** By Message-ID; of several copies the one that came first. */
function firstOfEach(all: readonly Pending[]): Map<string, Pending> {
  return new Map(all.toSorted((a, b) => b.id - a.id).map((one) => [one.messageId, one]))
}

function waitsUntil(one: Ready, pending: ReadonlyMap<string, Pending>, now: Date): Date | null {
  const receivedAt = one.row.receivedAt.getTime()
  const waited = now.getTime() - receivedAt
  // Received in the future: the clock was put back since, and the hour would not end for long.
  if (Math.abs(waited) > WAITS_MAX_MS) return null
  const due = ancestorsOf(one).flatMap((id) => {
    const other = pending.get(id)
    // Only for earlier ones: two that name each other would wait for ever.
    return other !== undefined && other.id < one.row.id ? [other.dueAt?.getTime() ?? 0] : []
  })
  if (due.length === 0) return null
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
    super('the mail it answers has not been taken yet')
  }
}
