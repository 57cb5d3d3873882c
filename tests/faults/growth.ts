/** How much a process holds over time, and whether that grows: what a soak looks at. Linux only. */
import { readdirSync, readFileSync } from 'node:fs'

export interface Held {
  /** Resident memory. */
  readonly mb: number
  /** Open files, sockets and pipes. */
  readonly descriptors: number
}

/** Null: the process has ended. */
export function heldBy(pid: number): Held | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const kb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
    return { mb: kb / 1_024, descriptors: readdirSync(`/proc/${pid}/fd`).length }
  } catch {
    return null
  }
}

/**
 * The middle of the last quarter against the middle of the second: by then everything is compiled and
 * every pool is full, and single peaks (a large mail, a collection that was due) do not count.
 * 1.05 is five percent more.
 */
export function growthOf(values: readonly number[]): number {
  const quarter = Math.floor(values.length / 4)
  return middleOf(values.slice(-quarter)) / middleOf(values.slice(quarter, 2 * quarter))
}

function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
