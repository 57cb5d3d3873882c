/** The body of an upload: any bytes, bounded, with the type and name its headers give. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { cleanLine, storable, withoutInvisible } from '../mail/clean-text.ts'
import { parseParameters } from '../mail/parameters.ts'
import type { Blobs, StoredBlob } from '../store/blobs.ts'
import { HttpError } from './problem.ts'

export const UPLOAD_BYTES_MAX = 25 * 1024 * 1024
const FILENAME_LENGTH_MAX = 200
const TYPE = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/
const ANY_TYPE = 'application/octet-stream'

export interface Described {
  readonly contentType: string
  readonly filename: string | null
}

/** What the headers say of the file; refuses with 415 what is not the file itself. */
export function describeUpload({ headers }: IncomingMessage): Described {
  const { value: type } = parseParameters(headers['content-type'] ?? null)
  const encoding = headers['content-encoding'] ?? 'identity'
  if (type.startsWith('multipart/') || encoding !== 'identity') {
    throw new HttpError(
      415,
      'unsupported-media-type',
      'Send the file itself as the body, not compressed, with its Content-Type.',
    )
  }
  // Node gives the bytes of a header as Latin-1; many clients write UTF-8 there.
  const disposition = inUtf8(headers['content-disposition'] ?? '')
  const name = encodedName(disposition) ?? parseParameters(disposition).params.get('filename')
  return { contentType: TYPE.test(type) ? type : ANY_TYPE, filename: safeName(name ?? '') }
}

/**
 * RFC 8187; read leniently: many clients leave parentheses as they are, which in mail would be
 * comments. Null: there is none that can be read.
 */
function encodedName(disposition: string): string | null {
  const [, encoded] = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;]*)/i.exec(disposition) ?? []
  if (encoded === undefined) return null
  try {
    return decodeURIComponent(encoded.trim())
  } catch {
    return null
  }
}

function inUtf8(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'))
  } catch {
    return header
  }
}

/** Without folders, controls and what reverses text; null: nothing is left. */
function safeName(given: string): string | null {
  const last = given.split(/[/\\]/).at(-1) ?? ''
  const name = cleanLine(storable(withoutInvisible(last)), FILENAME_LENGTH_MAX)
  return name === '' || name === '.' || name === '..' ? null : name
}

/** Stores the body durably; 413 past the limit, 400 when the client hangs up. */
export async function storeUpload(
  blobs: Pick<Blobs, 'putStream'>,
  message: IncomingMessage,
): Promise<StoredBlob> {
  if (Number(message.headers['content-length'] ?? 0) > UPLOAD_BYTES_MAX) throw tooLarge()
  try {
    return await blobs.putStream(Readable.from(bytesOf(message)), UPLOAD_BYTES_MAX)
  } catch (err) {
    // What comes after the limit is read and dropped, so that the client can read our answer.
    message.resume()
    if (err instanceof RangeError) throw tooLarge()
    if (!message.complete && message.destroyed) {
      throw new HttpError(400, 'incomplete', 'The connection closed before the body ended.')
    }
    throw err
  }
}

/** Not the request itself: to stop reading it must not end its connection. */
async function* bytesOf(message: IncomingMessage): AsyncGenerator<Buffer> {
  for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk as Buffer
}

const tooLarge = (): HttpError =>
  new HttpError(413, 'too-large', `The file is larger than ${UPLOAD_BYTES_MAX} bytes.`, {
    details: { limit: UPLOAD_BYTES_MAX },
  })
