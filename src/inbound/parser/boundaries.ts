/** Lines that could be boundaries (RFC 2046 §5.1.1), found in one pass over a body. */

/** Longer ones are text; RFC 2046 allows 70. */
const BOUNDARY_LENGTH_MAX = 1_000
/** More lines with two dashes than this are no multipart, and no reader of it would come far. */
const BOUNDARIES_MAX = 200_000
const LINE_FEED = 0x0a

/**
 * What follows the two dashes of every such line, with and without the two dashes of a last one.
 * Null when there are too many to know them all. A boundary of non-ASCII bytes is read as UTF-8, as it is in headers.
 */
export function boundariesIn(body: Buffer): ReadonlySet<string> | null {
  const found = new Set<string>()
  for (let at = startOf(body, 0); at !== -1; at = startOf(body, at)) {
    const end = body.indexOf(LINE_FEED, at)
    const length = (end === -1 ? body.length : end) - at
    if (length <= BOUNDARY_LENGTH_MAX) {
      const text = body.toString('utf8', at, at + length).trimEnd()
      found.add(text)
      if (text.endsWith('--')) found.add(text.slice(0, -2).trimEnd())
    }
    if (found.size >= BOUNDARIES_MAX) return null
  }
  return found
}

/** Behind the dashes of the next line that begins with two, or -1. */
function startOf(body: Buffer, from: number): number {
  if (from === 0 && body[0] === 0x2d && body[1] === 0x2d) return 2
  const found = body.indexOf('\n--', from === 0 ? 0 : from - 1)
  return found === -1 ? -1 : found + 3
}
