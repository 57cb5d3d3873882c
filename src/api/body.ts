/** Request bodies: read, bounded and parsed by us, in UTF-8 JSON only. */
import type { IncomingMessage } from 'node:http'
import { AppError } from '../errors.ts'
import { ForbiddenMember, JsonError, parseJson, placeOf } from './json-text.ts'
import { HttpError, invalidMembers, pointerOf } from './problem.ts'

const BODY_BYTES_MAX = 1024 * 1024

/** The JSON of a request; refuses with 400, 413, 415 or 422. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  checkType(request)
  return parsed(await readBytes(request))
}

/** The same where a body is not expected; one without a byte is none, however it was announced. */
export async function readUnexpected(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request)
  if (bytes.byteLength === 0) return undefined
  checkType(request)
  return parsed(bytes)
}

function parsed(bytes: Buffer): unknown {
  const text = utf8(bytes)
  try {
    return parseJson(text)
  } catch (err) {
    if (err instanceof ForbiddenMember) {
      throw invalidMembers([
        { pointer: pointerOf(err.path), code: 'unknown_member', message: 'is not known here' },
      ])
    }
    if (err instanceof JsonError) throw malformed(err.message, placeOf(text, err.offset))
    throw err
  }
}

function checkType(request: IncomingMessage): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))
  const isJson = /^application\/(?:[\w.-]+\+)?json$/.test(type)
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset)
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (isJson && isUtf8 && encoding === 'identity') return
  throw new HttpError(
    415,
    'unsupported-media-type',
    'Send the body as application/json in UTF-8, not compressed.',
    { headers: { Accept: 'application/json' } },
  )
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.byteLength
      // What comes after the limit is read and dropped, so that the client can read our answer.
      if (size <= BODY_BYTES_MAX) chunks.push(chunk)
      else reject(tooLarge())
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    const incomplete = (): void =>
      reject(new HttpError(400, 'incomplete', 'The connection closed before the body ended.'))
    request.once('error', incomplete)
    request.once('close', incomplete)
  })
}

const tooLarge = (): HttpError =>
  new HttpError(413, 'too-large', `The body is larger than ${BODY_BYTES_MAX} bytes.`, {
    details: { limit: BODY_BYTES_MAX },
  })

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed('not UTF-8', { line: 1, column: 1 })
  }
}

const malformed = (what: string, place: { line: number; column: number }): AppError =>
  new AppError(
    'malformed',
    'malformed-json',
    `The body is not JSON: ${what} (line ${place.line}, column ${place.column}).`,
    place,
  )
