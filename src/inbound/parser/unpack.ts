/**
 * Parts inside of parts: files in winmail.dat and in uuencoded text, the message in an S/MIME
 * container that is signed but not encrypted. The container stays in the list, what was in it
 * follows it: nothing is lost when it was not understood completely.
 */
import { createHash } from 'node:crypto'
import { cmsKind, signedContent } from '../../mail/cms.ts'
import { readTnef } from '../../mail/tnef.ts'
import type { Tnef, TnefFile } from '../../mail/tnef.ts'
import { takeUuencoded } from '../../mail/uuencode.ts'
import { bytesOf, contentOf } from './content.ts'
import type { Budget } from './content.ts'
import { isRenderable } from './body.ts'
import { LIMITS } from './limits.ts'
import { safeFilename } from './part.ts'
import type { Part } from './part.ts'

/** Reads the parts of a MIME entity that was found inside of a part. */
export type ReadEntity = (bytes: Buffer) => Promise<readonly Part[]>

export interface UnpackOptions {
  readonly budget: Budget
  readonly problems: string[]
  readonly readEntity: ReadEntity
}

/** All parts, those that were inside of others included. */
export async function unpack(parts: readonly Part[], options: UnpackOptions): Promise<Part[]> {
  const hasText = parts.some((part) => isRenderable(part) && part.size > 2)
  const unpacked: Part[] = []
  for (const part of parts) {
    if (isTnef(part)) unpacked.push(part, ...openTnef(part, hasText, options))
    else if (isSmime(part)) unpacked.push(part, ...(await openSigned(part, options)))
    else if (part.type === 'text/plain' && isRenderable(part))
      unpacked.push(...splitUuencoded(part, options))
    else unpacked.push(part)
  }
  return unpacked
}

const isTnef = ({ type, filename }: Part): boolean =>
  type === 'application/ms-tnef' ||
  type === 'application/vnd.ms-tnef' ||
  (type === 'application/octet-stream' && filename?.toLowerCase() === 'winmail.dat')

const isSmime = ({ type, filename }: Part): boolean =>
  type === 'application/pkcs7-mime' ||
  type === 'application/x-pkcs7-mime' ||
  (type === 'application/octet-stream' && /\.p7m$/i.test(filename ?? ''))

const canBeOpened = ({ complete, size }: Part): boolean =>
  complete && size <= LIMITS.containerBytesMax

function openTnef(part: Part, hasText: boolean, { budget, problems }: UnpackOptions): Part[] {
  const tnef = canBeOpened(part) ? readTnef(bytesOf(part.content)) : null
  if (tnef === null) {
    problems.push('winmail.dat could not be opened')
    return []
  }
  if (!tnef.complete) problems.push('winmail.dat is damaged, opened as far as it goes')
  const files = tnef.files.map((file) => fileOf(part, file, budget))
  return hasText ? files : [...bodyOf(part, tnef, budget), ...files]
}

function bodyOf(container: Part, { text, html, charset }: Tnef, budget: Budget): Part[] {
  const shared = { container: container.container, budget }
  return [
    ...(text === null
      ? []
      : [textPart('text/plain', Buffer.from(text), { ...shared, charset: 'utf-8' })]),
    ...(text !== null || html === null
      ? []
      : [textPart('text/html', html, { ...shared, charset })]),
  ]
}

function textPart(
  type: string,
  bytes: Buffer,
  { container, charset, budget }: { container: Part['container']; charset: string; budget: Budget },
): Part {
  return { ...EMPTY_HEAD, type, charset, container, ...contentOf(bytes, budget), damaged: false }
}

const EMPTY_HEAD = {
  flowed: null,
  disposition: null,
  filename: null,
  contentId: null,
  encoding: '',
} as const

const TYPE = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/

function fileOf(container: Part, file: TnefFile, budget: Budget): Part {
  const declared = file.contentType ?? ''
  return {
    ...EMPTY_HEAD,
    type: TYPE.test(declared) ? declared : 'application/octet-stream',
    charset: null,
    disposition: 'attachment',
    filename: file.filename === null ? null : safeFilename(file.filename),
    contentId: file.contentId,
    container: container.container,
    ...contentOf(file.bytes, budget),
    damaged: false,
  }
}

/** RFC 8551 §3.5.2: nothing is encrypted, so its text is there to read. */
async function openSigned(part: Part, { readEntity }: UnpackOptions): Promise<readonly Part[]> {
  if (!canBeOpened(part)) return []
  const bytes = bytesOf(part.content)
  const content = cmsKind(bytes) === 'signed' ? signedContent(bytes) : null
  return content === null || content.length === 0 ? [] : readEntity(content)
}

function splitUuencoded(part: Part, { budget }: UnpackOptions): Part[] {
  const bytes = bytesOf(part.content)
  if (!bytes.includes('\nend') || !bytes.includes('begin ')) return [part]
  const { text, files } = takeUuencoded(bytes.toString('latin1'))
  if (files.length === 0) return [part]
  const rest = Buffer.from(text, 'latin1')
  const sha256 = createHash('sha256').update(rest).digest('hex')
  return [
    { ...part, size: rest.length, sha256, content: rest },
    ...files.map(({ filename, bytes: content }) =>
      fileOf(part, { filename, contentType: null, contentId: null, bytes: content }, budget),
    ),
  ]
}
