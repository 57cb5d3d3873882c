/** One MIME leaf with its meaning: type, name, disposition, bytes. */
import { cleanLine, withoutInvisible } from '../../mail/clean-text.ts'
import { decodeBytes } from '../../mail/charset.ts'
import { parseParameters, stripComments } from '../../mail/parameters.ts'
import type { AttachmentContent } from '../../mail/message.ts'
import { sha256Of } from './content.ts'
import type { LeafContent } from './content.ts'
import type { Container, LeafHead } from './leaves.ts'

export interface PartHead {
  /** Lower-case type/subtype. */
  readonly type: string
  readonly charset: string | null
  readonly flowed: { readonly deleteSpace: boolean } | null
  readonly disposition: string | null
  readonly filename: string | null
  readonly contentId: string | null
  readonly encoding: string
  readonly container: Container | null
}

export interface Part extends PartHead, LeafContent {
  /** The content was not what its transfer encoding promises. */
  readonly damaged: boolean
}

const TYPE = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/
/** RFC 2045 §5.1: what is no token is no disposition either. */
const TOKEN = /^[a-z0-9!#$%&'*+.^_`{|}~-]{1,60}$/
/** RFC 2045 §5.2: the default of a part without (or with an unreadable) Content-Type. */
const DEFAULT_TYPE = 'text/plain'

/** Reads the headers of a part. Raw 8-bit values are decoded here. */
export function readPartHead({ headers, container }: LeafHead): PartHead {
  const value = (name: string): string | null => decodeRaw(headers.get(name) ?? null)
  const type = parseParameters(value('content-type'))
  const disposition = parseParameters(value('content-disposition'))
  const named = disposition.params.get('filename') ?? type.params.get('name') ?? null
  const format = type.params.get('format')?.toLowerCase()
  return {
    type: typeOf(type.value, container, { attached: disposition.value === 'attachment' }),
    charset: type.params.get('charset') ?? null,
    flowed:
      format === 'flowed'
        ? { deleteSpace: type.params.get('delsp')?.toLowerCase() === 'yes' }
        : null,
    disposition: TOKEN.test(disposition.value) ? disposition.value : null,
    filename: named === null ? null : safeFilename(named),
    contentId: contentIdOf(value('content-id')),
    encoding: stripComments(value('content-transfer-encoding') ?? '')
      .trim()
      .toLowerCase(),
    container,
  }
}

function typeOf(
  value: string,
  container: Container | null,
  { attached }: { attached: boolean },
): string {
  // What could not be taken apart is one part, and its bytes are text.
  if (value.startsWith('multipart/')) return DEFAULT_TYPE
  if (TYPE.test(value)) return value
  // RFC 2046 §5.1.5: in a digest the default is a message.
  if (value === '' && container?.type === 'multipart/digest') return 'message/rfc822'
  if (value === 'text' || (value === '/' && !attached)) return DEFAULT_TYPE
  return attached || value.includes('/') ? 'application/octet-stream' : DEFAULT_TYPE
}

function decodeRaw(value: string | null): string | null {
  if (value === null || !/[\x80-\xff]/.test(value)) return value
  return decodeBytes(Buffer.from(value, 'latin1'), null).text
}

function contentIdOf(value: string | null): string | null {
  const id = cleanLine((value ?? '').replace(/^\s*<|>\s*$/g, ''), 250)
  return id === '' ? null : id
}

/** Octets of a stored name; enough for people, safe for every file system. */
const FILENAME_OCTETS_MAX = 150
const WINDOWS_RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

/** A name to show and to offer: the last path element, no control, bidi or zero-width characters. */
export function safeFilename(name: string): string | null {
  const line = withoutInvisible(cleanLine(name.slice(0, 2_000), 2_000))
  const base = line.split(/[/\\]/).findLast((piece) => piece.trim() !== '') ?? ''
  const plain = base.replace(/[<>:"|?*]/g, '_').replace(/^[.\s]+|[.\s]+$/g, '')
  if (plain === '') return null
  return shorten(WINDOWS_RESERVED.test(plain) ? `_${plain}` : plain)
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= FILENAME_OCTETS_MAX) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : ''
  const room = FILENAME_OCTETS_MAX - Buffer.byteLength(extension)
  let stem = ''
  let octets = 0
  for (const character of name.slice(0, name.length - extension.length)) {
    octets += Buffer.byteLength(character)
    if (octets > room) break
    stem += character
  }
  return stem.trimEnd() + extension
}

/** A part as an attachment; `inline` is decided by who knows the HTML. */
export function asAttachment(part: Part, inline: boolean): AttachmentContent {
  return {
    filename: part.filename,
    contentType: part.type,
    size: part.size,
    sha256: sha256Of(part),
    inline,
    contentId: part.contentId,
    content: part.content,
  }
}
