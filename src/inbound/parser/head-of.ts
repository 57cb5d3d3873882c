/**
 * The header block of a message. One that is longer than what is looked at at once is read again,
 * each of its lines cut: what stands behind a header of megabytes is a header, too, and the text
 * begins where the headers end.
 */
import { scanHeaderBlock, type HeaderBlock } from '../../mail/header-block.ts'
import { LIMITS } from './limits.ts'
import type { Source } from './source.ts'

const WINDOW_BYTES = 1_000_000
/** So much of a line is kept that the scan sees, and tells, that it is too long. */
const LINE_BYTES_MAX = LIMITS.headerValueLengthMax + 300
const LIMITS_OF_HEAD = {
  linesMax: LIMITS.headersMax,
  valueLengthMax: LIMITS.headerValueLengthMax,
}

export function headOf(source: Source): HeaderBlock {
  const block = scanHeaderBlock(source.head, LIMITS_OF_HEAD)
  // The last line may be cut, and then no header although it is one.
  const lastLine = source.head.lastIndexOf(0x0a) + 1
  if (source.whole || block.bodyStart < lastLine) return block
  const { bytes, bodyStart } = squeeze(source, lastLine)
  return { ...scanHeaderBlock(bytes, LIMITS_OF_HEAD), bodyStart }
}

/** The lines up to the first empty one that ends at or behind `from`, cut; of all of them the first {@link LIMITS.headBytesMax} bytes. */
function squeeze(source: Source, from: number): { bytes: Buffer; bodyStart: number } {
  const kept: Buffer[] = []
  let room: number = LIMITS.headBytesMax
  /** Bytes of the line so far, without its line end. */
  let length = 0
  const keep = (piece: Buffer): void => {
    const part = piece.subarray(0, Math.min(room, Math.max(0, LINE_BYTES_MAX - length)))
    if (part.length > 0) kept.push(part)
    room -= part.length
    length += piece.at(-1) === 0x0d ? piece.length - 1 : piece.length
  }
  for (let start = 0; start < source.size; start += WINDOW_BYTES) {
    const window = source.slice(start, WINDOW_BYTES)
    let at = 0
    for (let end = window.indexOf(0x0a); end !== -1; end = window.indexOf(0x0a, at)) {
      keep(window.subarray(at, end))
      at = end + 1
      if (length === 0 && start + at >= from) {
        return { bytes: Buffer.concat(kept), bodyStart: start + at }
      }
      if (room > 0) kept.push(LINE_END)
      length = 0
    }
    keep(window.subarray(at))
  }
  return { bytes: Buffer.concat(kept), bodyStart: source.size }
}

const LINE_END = Buffer.from('\n')
