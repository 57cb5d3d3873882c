/** How much is given to a parser process at once. */
import type { Parsed, ParseMode } from './protocol.ts'

export interface Job {
  readonly arrival: number
  readonly source: Buffer | { readonly file: string }
  readonly mode: ParseMode
  readonly resolve: (parsed: Parsed) => void
  readonly reject: (error: unknown) => void
  /** Processes that it was given to in vain: they ended with others in them, or were left. */
  notRead: number
}

/**
 * One message is read, and the next ones wait in the process already: it need not wait for a daemon
 * that is busy with a batch. All of them together are small.
 */
const LOAD_MAX = 8
const LOAD_BYTES_MAX = 1024 * 1024

/** May this one wait behind those that the process was given? */
export function hasRoomFor(job: Job, jobs: readonly Job[]): boolean {
  if (jobs.length === 0) return true
  // One that comes back is read alone: if that process ends as well, it is to blame.
  if ([...jobs, job].some(({ notRead }) => notRead > 0) || jobs.length >= LOAD_MAX) return false
  return [...jobs, job].reduce((sum, { source }) => sum + bytesOf(source), 0) <= LOAD_BYTES_MAX
}

/** What comes as a file is large. */
const bytesOf = (source: Job['source']): number =>
  'file' in source ? Number.POSITIVE_INFINITY : source.length

/** Where one that comes back belongs in the queue: before all that came later. */
export function placeOf({ arrival }: Job, queue: readonly Job[]): number {
  const place = queue.findIndex((other) => other.arrival > arrival)
  return place === -1 ? queue.length : place
}
