/**
 * A text body as lines, with the quote markers in it. The visible reply and the forward are looked
 * for in the same lines, so each line is examined once.
 */
import { forwardEnds } from './forward-ends.ts'
import { markerAt } from './quote-markers.ts'
import type { QuoteMarker } from './quote-markers.ts'
import { unglueMarkers } from './unglue.ts'

/** Lines examined; what follows belongs to what stood before it. Nobody writes so many. */
const LINES_MAX = 5_000

export class TextScan {
  readonly text: string
  /** The first lines, lost line ends restored. */
  readonly lines: readonly string[]
  /** The text below them as it is; '' for all ordinary mail. */
  readonly rest: string
  readonly #markers = new Map<number, QuoteMarker | null>()

  #forwardEnds: ReadonlyMap<number, number> | null = null

  constructor(text: string) {
    this.text = text
    const end = endOfLines(text, LINES_MAX)
    this.lines = unglueMarkers(text.slice(0, end).split('\n'))
    this.rest = text.slice(end + 1)
  }

  /** The line that says that the mail forwarded by a marker is over; null: none does. */
  endOfForward({ kind, start }: QuoteMarker): number | null {
    if (kind !== 'forward') return null
    this.#forwardEnds ??= forwardEnds(this.lines)
    return this.#forwardEnds.get(start) ?? null
  }

  /** The marker that starts at line `at`, or null. */
  markerAt(at: number): QuoteMarker | null {
    const known = this.#markers.get(at)
    if (known !== undefined) return known
    const found = markerAt(this.lines, at)
    this.#markers.set(at, found)
    return found
  }
}

/** Where the line end of line number `count` is; the end of the text when there are fewer lines. */
function endOfLines(text: string, count: number): number {
  let end = -1
  for (let line = 0; line < count; line++) {
    end = text.indexOf('\n', end + 1)
    if (end === -1) return text.length
  }
  return end
}
