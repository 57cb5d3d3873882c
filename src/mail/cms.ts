/**
 * S/MIME containers (CMS, RFC 5652), as far as showing mail honestly needs them: what kind one is,
 * and the message inside of one that is signed but not encrypted. Nothing is verified here.
 */

export type CmsKind = 'signed' | 'encrypted'

/** 1.2.840.113549.1.7, then .2 signedData, .3 envelopedData; 1.9.16.1.23 authEnvelopedData. */
const PKCS7 = '2a864886f70d0107'
const AUTH_ENVELOPED = '2a864886f70d0109100117'

const SEQUENCE = 0x30
const OBJECT_ID = 0x06
const OCTETS = 0x04
const CONSTRUCTED_OCTETS = 0x24
const EXPLICIT_0 = 0xa0
/** Pieces of an octet string; mail programs write pieces of 1 kB and more. */
const PIECES_MAX = 200_000

/** What the first bytes say; null when they are no CMS. */
export function cmsKind(bytes: Buffer): CmsKind | null {
  const type = contentType(bytes)?.id
  if (type === `${PKCS7}02`) return 'signed'
  return type === `${PKCS7}03` || type === AUTH_ENVELOPED ? 'encrypted' : null
}

/** The signed content (RFC 8551 §3.5.2: a MIME entity), or null when it is somewhere else. */
export function signedContent(bytes: Buffer): Buffer | null {
  const type = contentType(bytes)
  if (type === null || type.id !== `${PKCS7}02`) return null
  const wrapped = elementAt(bytes, type.next)
  if (wrapped?.tag !== EXPLICIT_0) return null
  const data = elementAt(bytes, wrapped.start)
  if (data?.tag !== SEQUENCE) return null
  const version = elementAt(bytes, data.start)
  const digests = version === null ? null : elementAt(bytes, endOf(bytes, version))
  const inner = digests === null ? null : elementAt(bytes, endOf(bytes, digests))
  if (inner?.tag !== SEQUENCE) return null
  const id = elementAt(bytes, inner.start)
  const content = id === null ? null : elementAt(bytes, endOf(bytes, id))
  if (content?.tag !== EXPLICIT_0) return null
  const octets = elementAt(bytes, content.start)
  return octets === null ? null : octetsOf(bytes, octets)
}

interface Element {
  readonly tag: number
  /** Where its content starts. */
  readonly start: number
  /** Where its content ends; null: indefinite, at an end mark. */
  readonly end: number | null
}

function contentType(bytes: Buffer): { id: string; next: number } | null {
  const outer = elementAt(bytes, 0)
  if (outer?.tag !== SEQUENCE) return null
  const id = elementAt(bytes, outer.start)
  if (id === null || id.tag !== OBJECT_ID || id.end === null || id.end - id.start > 20) return null
  return { id: bytes.toString('hex', id.start, id.end), next: id.end }
}

/** One element (X.690 §8.1), tags of one byte only; null when it does not fit. */
function elementAt(bytes: Buffer, at: number): Element | null {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) return null
  if (first === 0x80) return { tag, start: at + 2, end: null }
  const count = first < 0x80 ? 0 : first & 0x7f
  if (count > 4 || at + 2 + count > bytes.length) return null
  const length = count === 0 ? first : bytes.readUIntBE(at + 2, count)
  const start = at + 2 + count
  return { tag, start, end: start + length }
}

/** Elements nested in one of indefinite length. */
const DEPTH_MAX = 20

function endOf(bytes: Buffer, element: Element, depth = 0): number {
  if (element.end !== null) return element.end
  let at = element.start
  while (at < bytes.length && depth < DEPTH_MAX) {
    if (bytes[at] === 0 && bytes[at + 1] === 0) return at + 2
    const inner = elementAt(bytes, at)
    if (inner === null) break
    at = endOf(bytes, inner, depth + 1)
  }
  return bytes.length
}

function octetsOf(bytes: Buffer, octets: Element): Buffer | null {
  if (octets.tag === OCTETS) return bytes.subarray(octets.start, octets.end ?? bytes.length)
  if (octets.tag !== CONSTRUCTED_OCTETS) return null
  const pieces: Buffer[] = []
  const end = octets.end ?? bytes.length
  for (let at = octets.start; at < end && pieces.length < PIECES_MAX; ) {
    const piece = elementAt(bytes, at)
    if (piece?.tag !== OCTETS || piece.end === null) break
    pieces.push(bytes.subarray(piece.start, piece.end))
    at = piece.end
  }
  return Buffer.concat(pieces)
}
