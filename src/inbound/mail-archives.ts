/** Reads old mail from files: mbox (RFC 4155), Maildir, and folders of .eml. Streams, in order. */
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { unreachable } from '../errors.ts'

export const ARCHIVES = ['mbox', 'maildir', 'eml'] as const
export type Archive = (typeof ARCHIVES)[number]

/** Every message of an archive. Throws what the file system throws. */
export function messagesOf(archive: Archive, from: string): AsyncIterable<Buffer> {
  switch (archive) {
    case 'mbox':
      return mbox(from)
    case 'maildir':
      return files([path.join(from, 'cur'), path.join(from, 'new')], () => true)
    case 'eml':
      return files([from], (name) => /\.eml$/i.test(name))
    default:
      return unreachable(archive)
  }
}

/** A file by itself, or what is in folders and below them, by name. */
async function* files(
  places: readonly string[],
  wanted: (name: string) => boolean,
): AsyncGenerator<Buffer> {
  for (const place of places) {
    if ((await stat(place)).isFile()) {
      yield await readFile(place)
      continue
    }
    const entries = await readdir(place, { withFileTypes: true, recursive: true })
    const names = entries
      .filter((entry) => entry.isFile() && wanted(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
    for (const name of names.toSorted((a, b) => (a < b ? -1 : 1))) yield await readFile(name)
  }
}

const LF = 0x0a
const SEPARATOR = Buffer.from('From ')

/**
 * Messages of an mbox begin with a `From ` line, at the start or after an empty line; mboxrd's
 * quoting (`>From `) is undone.
 */
async function* mbox(file: string): AsyncGenerator<Buffer> {
  let message: Buffer[] | null = null
  let afterBlank = true
  for await (const line of linesOf(file)) {
    if (afterBlank && line.subarray(0, SEPARATOR.length).equals(SEPARATOR)) {
      if (message !== null) yield whole(message)
      message = []
      afterBlank = false
      continue
    }
    message ??= []
    message.push(unquoted(line))
    afterBlank = isBlank(line)
  }
  if (message !== null && message.length > 0) yield whole(message)
}

/** Without the empty line before the next separator, which is no part of the message. */
function whole(lines: Buffer[]): Buffer {
  const last = lines.at(-1)
  return Buffer.concat(last !== undefined && isBlank(last) ? lines.slice(0, -1) : lines)
}

const isBlank = (line: Buffer): boolean =>
  line[0] === LF || (line.length === 2 && line[0] === 0x0d && line[1] === LF)

const unquoted = (line: Buffer): Buffer =>
  line[0] === 0x3e && /^>+From /.test(line.subarray(0, 64).toString('latin1'))
    ? line.subarray(1)
    : line

/** Lines with their ends; the last one may have none. */
async function* linesOf(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      const piece = chunk.subarray(start, end + 1)
      yield rest.length === 0 ? piece : Buffer.concat([...rest, piece])
      rest = []
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
  }
  if (rest.length > 0) yield Buffer.concat(rest)
}
