/**
 * Where forwarded mail ends, for the clients that say so: "----- End forwarded message -----". What
 * stands below is the forwarder's again. One pass over the lines.
 */
import { isForwardEnd, isForwardStart } from './quote-markers.ts'

interface Open {
  readonly at: number
  readonly dashes: number
}

/** From the line that announces a forwarded mail to the line that ends it; few have one. */
export function forwardEnds(lines: readonly string[]): ReadonlyMap<number, number> {
  const ends = new Map<number, number>()
  const open: Open[] = []
  for (const [at, line] of lines.entries()) {
    if (isForwardEnd(line)) {
      const begun = open.splice(closedBy(open, dashesOf(line)))
      const [closed] = begun
      if (closed !== undefined) ends.set(closed.at, at)
    } else if (isForwardStart(line)) {
      open.push({ at, dashes: dashesOf(line) })
    }
  }
  return ends
}

/** The same client draws both lines, so they have as many dashes; else it is the last one begun. */
function closedBy(open: readonly Open[], dashes: number): number {
  const same = open.findLastIndex((one) => one.dashes === dashes)
  return same === -1 ? Math.max(open.length - 1, 0) : same
}

const dashesOf = (line: string): number => /^[\s>]*(-*)/.exec(line.slice(0, 200))?.[1]?.length ?? 0
