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
    // One that is just ending has none any more.
    const kb = /^VmRSS:\s+(\d+)/m.exec(status)?.[1]
    if (kb === undefined) return null
    return { mb: Number(kb) / 1_024, descriptors: readdirSync(`/proc/${pid}/fd`).length }
  } catch {
    return null
  }
}

/** Megabytes of objects, by what the daemon tells Prometheus; null: it does not answer now. */
export async function heapOf(url: string): Promise<number | null> {
  try {
    const answer = await fetch(`${url}/metrics`)
    const bytes = /^\w*nodejs_heap_size_used_bytes (\S+)/m.exec(await answer.text())?.[1]
    return bytes === undefined ? null : Number(bytes) / 1_048_576
  } catch {
    return null
  }
}

/**
 * The last quarter against the second: by then everything is compiled and every pool is full. 1.05 is
 * five percent more. `kind`: the middle, so that single peaks do not count; the lowest, where what is
 * seen is mostly garbage, and only what is left after a collection is really held.
 */
export function growthOf(values: readonly number[], kind: 'middle' | 'lowest'): number {
  const quarter = Math.floor(values.length / 4)
  const of = kind === 'middle' ? middleOf : (some: readonly number[]) => Math.min(...some)
  return of(values.slice(-quarter)) / of(values.slice(quarter, 2 * quarter))
}

function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
