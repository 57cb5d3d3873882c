/**
 * What the library needs to see of a multipart body: lines that could be boundaries, and what
 * could be headers. It looks at every byte and every line of what it gets; the contents in between
 * are put aside, each behind one line that stands for it, and put back into the leaves.
 *
 * Exact, because a content that is put aside begins below an empty line and holds no line with two
 * dashes in front: wherever the library stands there, all of it is content of one node.
 */
import { randomBytes } from 'node:crypto'
import type { LeafTarget } from './leaves.ts'

export interface Skeleton {
  readonly bytes: Buffer
  /** A target for leaves of `bytes`; what was put aside is handed on to `target` in its place. */
  readonly restoring: (target: LeafTarget) => LeafTarget
}

/** Shorter ones are not worth a line of their own. */
const ASIDE_BYTES_MIN = 200
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const DASHES = Buffer.from('\n--')
/** The library takes this for a boundary, too. Nobody means it. */
const ODD_DASHES = Buffer.from('\n\r--')
const EMPTY_LINES = [Buffer.from('\n\n'), Buffer.from('\n\r\n')]

/** Nobody can write it into a mail: it is made anew by every process. */
const MARK = `aside-${randomBytes(16).toString('hex')}-`
const MARK_BYTES = Buffer.from(MARK)
const MARK_END = 0x2e

export function skeletonOf(body: Buffer): Skeleton {
  if (body.includes(ODD_DASHES)) return { bytes: body, restoring: (target) => target }
  const kept: Buffer[] = []
  const aside: Buffer[] = []
  for (const { start, end } of sectionsOf(body)) {
    const content = contentOf(body, start, end)
    if (content === null) {
      kept.push(body.subarray(start, end))
      continue
    }
    kept.push(body.subarray(start, content.start), Buffer.from(`${MARK}${aside.length}.`))
    kept.push(body.subarray(content.end, end))
    aside.push(body.subarray(content.start, content.end))
  }
  return {
    bytes: Buffer.concat(kept),
    restoring: (target) => (aside.length === 0 ? target : new Restoring(target, aside)),
  }
}

/** From one line that begins with two dashes to the next; together they are the whole body. */
function* sectionsOf(body: Buffer): Generator<{ start: number; end: number }> {
  let start = 0
  while (start < body.length) {
    const dashes = body.indexOf(DASHES, start)
    const end = dashes === -1 ? body.length : dashes + 1
    yield { start, end }
    start = end
  }
}

/** What is below the first empty line, without its last line end; null: it stays where it is. */
function contentOf(
  body: Buffer,
  start: number,
  end: number,
): { start: number; end: number } | null {
  if (end - start < ASIDE_BYTES_MIN) return null
  const below = Math.min(...EMPTY_LINES.map((line) => behind(body, line, start, end)))
  let last = end
  if (body[last - 1] === LINE_FEED) last -= body[last - 2] === CARRIAGE_RETURN ? 2 : 1
  return last - below < ASIDE_BYTES_MIN ? null : { start: below, end: last }
}

function behind(body: Buffer, line: Buffer, start: number, end: number): number {
  const found = body.subarray(start, end).indexOf(line)
  return found === -1 ? end : start + found + line.length
}

class Restoring implements LeafTarget {
  readonly #target: LeafTarget
  readonly #aside: readonly Buffer[]
  readonly #chunks: Buffer[] = []

  constructor(target: LeafTarget, aside: readonly Buffer[]) {
    this.#target = target
    this.#aside = aside
  }

  write(chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  end(): void {
    const bytes = Buffer.concat(this.#chunks)
    let at = 0
    for (let mark = bytes.indexOf(MARK_BYTES); mark !== -1; mark = bytes.indexOf(MARK_BYTES, at)) {
      if (mark > at) this.#target.write(bytes.subarray(at, mark))
      const number = mark + MARK_BYTES.length
      at = bytes.indexOf(MARK_END, number) + 1
      const content = this.#aside[Number(bytes.toString('latin1', number, at - 1))]
      if (at === 0 || content === undefined) throw new Error('a content that was put aside is lost')
      this.#target.write(content)
    }
    if (at < bytes.length) this.#target.write(bytes.subarray(at))
    this.#target.end()
  }
}
