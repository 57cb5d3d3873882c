/** Messages in portions that one command asks for. */
import type { MessageMeta } from './fetch-session.ts'

/** One FETCH: enough to be fast, little enough to hold in memory and to lose on a broken line. */
const BATCH_MESSAGES = 100
const BATCH_BYTES = 8 * 1024 * 1024

/** In their order; `isAlone`: in a portion of its own. */
export function* batches(
  metas: readonly MessageMeta[],
  isAlone: (meta: MessageMeta) => boolean,
): Generator<MessageMeta[]> {
  let batch: MessageMeta[] = []
  let bytes = 0
  for (const meta of metas) {
    const alone = isAlone(meta)
    const isFull = batch.length >= BATCH_MESSAGES || bytes + meta.size > BATCH_BYTES
    if (batch.length > 0 && (alone || isFull)) {
      yield batch
      batch = []
      bytes = 0
    }
    if (alone) yield [meta]
    else {
      batch.push(meta)
      bytes += meta.size
    }
  }
  if (batch.length > 0) yield batch
}

/** What one question is about; `to` null: all from there on. */
export interface UidRange {
  readonly from: number
  readonly to: number | null
}

/** About so many messages in one answer: of a folder of millions it would not fit into memory. */
const RANGE_MESSAGES = 2_000

/** A folder from a UID on, in ranges that hold about as many messages; a small one is one range. */
export function* uidRanges(
  from: number,
  { uidNext, exists }: { readonly uidNext: number | null; readonly exists: number },
): Generator<UidRange> {
  let next = from
  if (uidNext !== null && exists > RANGE_MESSAGES) {
    const step = Math.round(RANGE_MESSAGES * Math.max(1, uidNext / exists))
    for (; next + step < uidNext; next += step) yield { from: next, to: next + step - 1 }
  }
  // What arrives meanwhile is in the last one.
  yield { from: next, to: null }
}

/** `7:*`, or `7:90`. */
export const rangeSet = ({ from, to }: UidRange): string => `${from}:${to ?? '*'}`

/** Servers answer `n:*` with the last message, even below n (RFC 9051 §6.4.8). */
export const isWithin = (uid: number, { from, to }: UidRange): boolean =>
  uid >= from && uid <= (to ?? uid)

/** A sequence set (RFC 9051 §9), consecutive UIDs as ranges: `3:7,9`. */
export function uidSet(uids: readonly number[]): string {
  const ranges: { from: number; to: number }[] = []
  for (const uid of uids) {
    const last = ranges.at(-1)
    if (last !== undefined && uid === last.to + 1) last.to = uid
    else ranges.push({ from: uid, to: uid })
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}:${to}`)).join(',')
}
