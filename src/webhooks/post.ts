/** One HTTP POST to a webhook: to the address that was judged, without redirects, bounded. */
import { type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { messageOf } from '../errors.ts'
import type { Target } from './targets.ts'

/** For everything: connecting, sending, and the answer. */
const TIMEOUT_MS = 15_000
/** For the rest of an answer whose status is known. */
const BODY_TIMEOUT_MS = 3_000
const BODY_BYTES_MAX = 64 * 1024
const HEADER_BYTES_MAX = 16 * 1024
/** What is kept of an answer. */
const EXCERPT_LENGTH_MAX = 1_000

export interface Posted {
  /** Null: there was no answer. */
  readonly status: number | null
  readonly error: string | null
  /** How the answer began, as text; null: there was none, or the configuration names no such host. */
  readonly response: string | null
  readonly retryAfter: string | undefined
}

/** Never rejects: that it did not work is an answer, too. */
export async function post(
  { url, address, isNamed }: Target,
  { headers, body }: { headers: Readonly<Record<string, string>>; body: string },
  signal: AbortSignal,
): Promise<Posted> {
  const bytes = Buffer.from(body)
  const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  try {
    const response = await send(url, bytes, {
      method: 'POST',
      headers: { ...headers, 'Content-Length': bytes.length },
      agent: false,
      maxHeaderSize: HEADER_BYTES_MAX,
      lookup: pinned(address),
      signal: ended,
    })
    const beginning = await beginningOf(response)
    return {
      status: response.statusCode ?? null,
      error: null,
      // Whoever makes a webhook must not read through us what strangers' machines answer.
      response: isNamed ? beginning : null,
      retryAfter: response.headers['retry-after'],
    }
  } catch (err) {
    const late = ended.aborted && !signal.aborted
    const error = late ? `no answer within ${TIMEOUT_MS / 1_000} s` : messageOf(err)
    return { status: null, error: error || 'no connection', response: null, retryAfter: undefined }
  }
}

/** Whatever name is asked for: there is one address, and it was judged. */
function pinned(address: string): LookupFunction {
  const family = isIP(address)
  return (_host, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }])
    else callback(null, address, family)
  }
}

function send(url: URL, body: Buffer, options: RequestOptions): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    // 1xx answers and upgrades are not asked for; redirects are answers like others.
    const sent = request(url, options, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Its status says all that matters; a body that never ends is cut. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  const timer = setTimeout(() => response.destroy(), BODY_TIMEOUT_MS)
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size > BODY_BYTES_MAX) break
    }
  } catch {
    // Cut off: what came is what there is.
  } finally {
    clearTimeout(timer)
    response.destroy()
  }
  const text = Buffer.concat(chunks).toString('utf8').slice(0, EXCERPT_LENGTH_MAX)
  // Neither database takes NUL, and nobody reads the other ones.
  return text.replace(/(?![\n\t])\p{Cc}/gu, '')
}
