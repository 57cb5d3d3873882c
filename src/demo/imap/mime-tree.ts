/**
 * The little MIME an IMAP server must know to answer BODYSTRUCTURE, ENVELOPE and BODY[1.2].
 *
 * Our own on purpose: were it the daemon's parser, both sides of a test would share its mistakes.
 */
export interface MimePart {
  /** Lower-case names, unfolded values, in order of appearance. */
  headers: readonly (readonly [name: string, value: string])[]
  /** Header block including the empty line that ends it. */
  headerBytes: Buffer
  body: Buffer
  /** Lower case, e.g. `multipart/mixed`. */
  type: string
  parameters: ReadonlyMap<string, string>
  parts: readonly MimePart[]
}

/** Deeper nesting is shown as one leaf. */
const DEPTH_MAX = 20

const known = new WeakMap<Buffer, MimePart>()

/** The tree of a stored message, parsed once. */
export function mimeOf(source: Buffer): MimePart {
  const tree = known.get(source) ?? parseMime(source)
  known.set(source, tree)
  return tree
}

function parseMime(source: Buffer, depth = 0): MimePart {
  const bodyStart = endOfHeaders(source)
  const headerBytes = source.subarray(0, bodyStart)
  const body = source.subarray(bodyStart)
  const headers = parseHeaders(headerBytes)
  const contentType = headers.find(([name]) => name === 'content-type')?.[1] ?? 'text/plain'
  const { value: type, parameters } = parseParameters(contentType)
  const boundary = parameters.get('boundary')
  const isSplit = type.startsWith('multipart/') && boundary !== undefined && depth < DEPTH_MAX
  const parts = isSplit ? split(body, boundary).map((part) => parseMime(part, depth + 1)) : []
  return { headers, headerBytes, body, type, parameters, parts }
}

export function headerOf(part: MimePart, name: string): string | null {
  return part.headers.find(([other]) => other === name.toLowerCase())?.[1] ?? null
}

function endOfHeaders(source: Buffer): number {
  if (source.subarray(0, 2).equals(Buffer.from('\r\n'))) return 2
  const crlf = source.indexOf('\r\n\r\n')
  const lf = source.indexOf('\n\n')
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return crlf + 4
  return lf >= 0 ? lf + 2 : source.length
}

/** Header fields as they stand in the bytes, folding included. */
export const headerFields = (headerBytes: Buffer): string[] =>
  headerBytes
    .toString('latin1')
    .split(/\r?\n(?![ \t])/)
    .filter((field) => field !== '')

function parseHeaders(headerBytes: Buffer): (readonly [string, string])[] {
  return headerFields(headerBytes).map((field) => {
    const colon = field.indexOf(':')
    const value = field.slice(colon + 1).replace(/\r?\n/g, '')
    return [field.slice(0, Math.max(colon, 0)).toLowerCase(), value.trim()] as const
  })
}

/** `text/plain; charset="utf-8"` in its pieces. */
export function parseParameters(header: string): {
  value: string
  parameters: Map<string, string>
} {
  const [value = '', ...rest] = header.split(';')
  const parameters = new Map<string, string>()
  for (const pair of rest) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const text = pair.slice(equals + 1).trim()
    const unquoted = text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
    parameters.set(pair.slice(0, equals).trim().toLowerCase(), unquoted)
  }
  return { value: value.trim().toLowerCase(), parameters }
}

function split(body: Buffer, boundary: string): Buffer[] {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1')
  const parts: Buffer[] = []
  let start = -1
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at > 0 && body[at - 1] !== 0x0a) continue
    if (start >= 0) parts.push(withoutLastLineEnd(body.subarray(start, at)))
    const lineEnd = body.indexOf(0x0a, at)
    const closes =
      body.toString('latin1', at + delimiter.length, at + delimiter.length + 2) === '--'
    if (closes || lineEnd < 0) return parts
    start = lineEnd + 1
  }
  if (start >= 0) parts.push(body.subarray(start))
  return parts
}

function withoutLastLineEnd(part: Buffer): Buffer {
  const crlf = part.at(-2) === 0x0d && part.at(-1) === 0x0a
  return part.subarray(0, Math.max(0, part.length - (crlf ? 2 : 1)))
}
