/**
 * Reads old mail from files: mbox (RFC 4155), Maildir, and folders of .eml. Streams, in order, and
 * holds one message at a time, of which it keeps no more than is wanted.
 */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { unreachable } from '../errors.ts'
import { MESSAGE_BYTES_MAX } from './fetch-options.ts'

export const ARCHIVES = ['mbox', 'maildir', 'eml'] as const
export type Archive = (typeof ARCHIVES)[number]

export interface Archived {
  /** For people: the file, and in an mbox the message. */
  readonly where: string
  /** Null: it is larger than wanted. */
  readonly source: Buffer | null
}

/** Every message of an archive. Throws what the file system throws. */
export function messagesOf(
  archive: Archive,
  from: string,
  bytesMax = MESSAGE_BYTES_MAX,
): AsyncIterable<Archived> {
  switch (archive) {
    case 'mbox':
      return mbox(from, bytesMax)
    case 'maildir':
      return files([path.join(from, 'cur'), path.join(from, 'new')], () => true, bytesMax)
    case 'eml':
      return files([from], (name) => /\.eml$/i.test(name), bytesMax)
    default:
      return unreachable(archive)
  }
}

/** A file by itself, or what is in folders and below them, by name. */
async function* files(
  places: readonly string[],
  wanted: (name: string) => boolean,
  bytesMax: number,
): AsyncGenerator<Archived> {
  for (const place of places) {
    if ((await stat(place)).isFile()) {
      yield { where: place, source: await fileUpTo(place, bytesMax) }
      continue
    }
    const entries = await readdir(place, { withFileTypes: true, recursive: true })
    const names = entries
      .filter((entry) => entry.isFile() && wanted(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
    for (const name of names.toSorted((a, b) => (a < b ? -1 : 1))) {
      yield { where: name, source: await fileUpTo(name, bytesMax) }
    }
  }
}

/** Null when it has more bytes; of those one is read, whatever the file says its size is. */
async function fileUpTo(file: string, bytesMax: number): Promise<Buffer | null> {
  const gathering = new Gathering(bytesMax)
  for await (const chunk of createReadStream(file, { end: bytesMax }) as AsyncIterable<Buffer>) {
    gathering.add(chunk)
  }
  return gathering.take()
}

const LF = 0x0a
const SEPARATOR = Buffer.from('From ')

/**
 * Messages of an mbox begin with a `From ` line, at the start or after an empty line; mboxrd's
 * quoting (`>From `) is undone.
 */
async function* mbox(file: string, bytesMax: number): AsyncGenerator<Archived> {
  // The empty line before the next separator is no part of the message.
  const gathering = new Gathering(bytesMax + EMPTY_LINE_BYTES_MAX)
  let blank = 0
  let afterBlank = true
  let number = 0
  let where: string | null = null
  const taken = (of: string): Archived => {
    const source = gathering.take(blank)
    return { where: of, source: source !== null && source.length > bytesMax ? null : source }
  }
  for await (const { at, line } of linesOf(file, bytesMax)) {
    const isSeparator: boolean = afterBlank && line.subarray(0, SEPARATOR.length).equals(SEPARATOR)
    if (isSeparator && where !== null) yield taken(where)
    if (isSeparator || where === null) {
      number += 1
      where = `${file}, message ${number} (at byte ${at})`
    }
    if (!isSeparator) gathering.add(unquoted(line))
    afterBlank = !isSeparator && isBlank(line)
    blank = afterBlank ? line.length : 0
  }
  if (where !== null && !gathering.isEmpty()) yield taken(where)
}

/**
 * A message, piece by piece, in one buffer that grows: an array of lines would be many times as
 * large as they are. What does not fit is only counted.
 */
class Gathering {
  readonly #bytesMax: number
  #bytes = Buffer.alloc(0)
  #length = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  isEmpty(): boolean {
    return this.#length === 0
  }

  add(piece: Buffer): void {
    const end = this.#length + piece.length
    if (end <= this.#bytesMax) {
      if (end > this.#bytes.length) {
        const larger = Buffer.allocUnsafe(Math.max(end, 2 * this.#bytes.length))
        this.#bytes.copy(larger, 0, 0, this.#length)
        this.#bytes = larger
      }
      piece.copy(this.#bytes, this.#length)
    }
    this.#length = end
  }

  /** Everything but the last bytes, or null when it did not fit; then it is empty again. */
  take(without = 0): Buffer | null {
    const fits = this.#length <= this.#bytesMax
    const taken = fits ? Buffer.from(this.#bytes.subarray(0, this.#length - without)) : null
    this.#length = 0
    return taken
  }
}

const EMPTY_LINE_BYTES_MAX = 2

const isBlank = (line: Buffer): boolean =>
  line[0] === LF || (line.length === EMPTY_LINE_BYTES_MAX && line[0] === 0x0d && line[1] === LF)

const unquoted = (line: Buffer): Buffer =>
  line[0] === 0x3e && /^>+From /.test(line.subarray(0, 64).toString('latin1'))
    ? line.subarray(1)
    : line

interface Line {
  /** Where in the file it begins. */
  readonly at: number
  readonly line: Buffer
}

/**
 * Lines with their ends; the last one may have none. Of one that is longer than a message may be, so
 * that its message is not kept anyway, no more than that is kept.
 */
async function* linesOf(file: string, bytesMax: number): AsyncGenerator<Line> {
  let rest: Buffer[] = []
  let kept = 0
  let at = 0
  let offset = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      const piece = chunk.subarray(start, end + 1)
      yield { at, line: rest.length === 0 ? piece : Buffer.concat([...rest, piece]) }
      rest = []
      kept = 0
      start = end + 1
      at = offset + start
    }
    offset += chunk.length
    if (start === chunk.length || kept > bytesMax + EMPTY_LINE_BYTES_MAX) continue
    rest.push(chunk.subarray(start))
    kept += chunk.length - start
  }
  if (rest.length > 0) yield { at, line: Buffer.concat(rest) }
}
