/**
 * uuencode (POSIX.1 "uuencode"): files in mail before MIME, and in text bodies until today.
 * A file is `begin <mode> <name>`, lines of at most 45 bytes, a line of length zero, `end`.
 */

export interface EncodedFile {
  readonly filename: string
  readonly bytes: Buffer
}

const BEGIN = /^begin(?:-base64)? [0-7]{3,4} (\S.{0,200})$/
/** Lines before `begin` in a part that says it is uuencoded. */
const LEAD_LINES_MAX = 50
const LINE_LENGTH_MAX = 1_000
const NOTHING = Buffer.alloc(0)

/** Decodes a part whose transfer encoding is uuencode; without a `begin` it comes out as it is. */
export class UuDecoder {
  damaged = false
  #state: 'before' | 'inside' | 'after' | 'plain' = 'before'
  #line = ''
  #lead = ''
  #leadLines = 0

  write(chunk: Buffer): Buffer {
    if (this.#state === 'plain') return chunk
    const lines = (this.#line + chunk.toString('latin1')).split('\n')
    this.#line = lines.pop() ?? ''
    const decoded = lines.map((line) => this.#take(line, '\n'))
    if (this.#line.length > LINE_LENGTH_MAX) {
      decoded.push(this.#take(this.#line, ''))
      this.#line = ''
    }
    return Buffer.concat(decoded)
  }

  end(): Buffer {
    const last = this.#line === '' ? NOTHING : this.#take(this.#line, '')
    this.#line = ''
    if (this.#state !== 'after') this.damaged = true
    return this.#state === 'before' ? Buffer.concat([last, this.#giveUp()]) : last
  }

  #take(line: string, lineEnd: string): Buffer {
    if (this.#state === 'plain') return Buffer.from(line + lineEnd, 'latin1')
    if (this.#state === 'after') return NOTHING
    if (this.#state === 'before') {
      this.#lead += line + lineEnd
      this.#leadLines++
      if (BEGIN.test(line.trimEnd())) this.#state = 'inside'
      else if (this.#leadLines > LEAD_LINES_MAX) return this.#giveUp()
      return NOTHING
    }
    if (line.trimEnd() === 'end') {
      this.#state = 'after'
      return NOTHING
    }
    const decoded = decodeLine(line.replace(/\r$/, ''))
    if (decoded === null) this.damaged = true
    return decoded ?? NOTHING
  }

  #giveUp(): Buffer {
    this.#state = 'plain'
    this.damaged = true
    return Buffer.from(this.#lead, 'latin1')
  }
}

/** One line; null when it cannot be one. Spaces lost at its end are put back. */
function decodeLine(line: string): Buffer | null {
  if (line === '') return NOTHING
  const length = (line.charCodeAt(0) - 32) & 63
  const characters = Math.ceil(length / 3) * 4
  if (line.charCodeAt(0) > 96 || line.length > characters + 5) return null
  const out = Buffer.alloc((characters / 4) * 3)
  for (let group = 0; group * 4 < characters; group++) {
    let bits = 0
    for (let at = 0; at < 4; at++) {
      const code = line.charCodeAt(1 + group * 4 + at)
      bits = bits * 64 + ((Number.isNaN(code) ? 0 : code - 32) & 63)
    }
    out.writeUIntBE(bits, group * 3, 3)
  }
  return out.subarray(0, length)
}

/** A text body may hold this many; more are left in the text. */
const FILES_MAX = 50

/**
 * The files in a text body and the text without them. `text` has one character per byte (Latin-1)
 * and any line ends; only complete files (down to `end`) are taken out.
 */
export function takeUuencoded(text: string): { text: string; files: EncodedFile[] } {
  const files: EncodedFile[] = []
  if (!text.includes('begin ')) return { text, files }
  const lines = text.split('\n')
  const kept: string[] = []
  let noEndAfter = lines.length
  for (let at = 0; at < lines.length; at++) {
    const found = files.length < FILES_MAX && at < noEndAfter ? fileAt(lines, at) : null
    if (found === null) {
      kept.push(lines[at] ?? '')
    } else if (found === 'endless') {
      // Without this, many `begin` lines and no `end` would cost a search each.
      noEndAfter = at
      kept.push(lines[at] ?? '')
    } else {
      files.push(found.file)
      at = found.end
    }
  }
  return { text: files.length === 0 ? text : kept.join('\n'), files }
}

/** The file that begins at line `start`; `endless` when no `end` follows at all. */
function fileAt(
  lines: readonly string[],
  start: number,
): { file: EncodedFile; end: number } | 'endless' | null {
  const line = lines[start] ?? ''
  const begin = line.startsWith('begin ') ? BEGIN.exec(line.trimEnd()) : null
  if (begin === null) return null
  const pieces: Buffer[] = []
  for (let at = start + 1; at < lines.length; at++) {
    const content = (lines[at] ?? '').replace(/\r$/, '')
    if (content.trimEnd() === 'end') {
      const bytes = Buffer.concat(pieces)
      return bytes.length === 0 ? null : { file: { filename: begin[1] ?? '', bytes }, end: at }
    }
    const decoded = decodeLine(content)
    if (decoded === null) return null
    pieces.push(decoded)
  }
  return 'endless'
}
