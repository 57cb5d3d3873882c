/** New messages in portions that one command fetches. */
import type { MessageMeta } from './fetch-session.ts'

/** One FETCH: enough to be fast, little enough to hold in memory and to lose on a broken line. */
const BATCH_MESSAGES = 100
const BATCH_BYTES = 8 * 1024 * 1024

export function* batches(metas: readonly MessageMeta[]): Generator<MessageMeta[]> {
  let batch: MessageMeta[] = []
  let bytes = 0
  for (const meta of metas) {
    if (batch.length >= BATCH_MESSAGES || bytes + meta.size > BATCH_BYTES) {
      if (batch.length > 0) yield batch
      batch = []
      bytes = 0
    }
    batch.push(meta)
    bytes += meta.size
  }
  if (batch.length > 0) yield batch
}

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
