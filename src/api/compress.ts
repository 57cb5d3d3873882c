/** Answers that are long are sent gzipped to who can read that (RFC 9110 §12.5.3). */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Context } from 'koa'

/** Shorter ones fit into one packet as they are. */
const CHARACTERS_MIN = 1_024
/** Fast: a list becomes a tenth, and takes less time than sending the rest of it would. */
const LEVEL = 3

const gzipped = promisify(gzip)

/**
 * Only what is read: an answer that has a secret beside words of the caller tells of it by its
 * compressed length, and those are answers to POST. Beside the main thread.
 */
export async function compress(ctx: Context): Promise<void> {
  const { body } = ctx
  if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || typeof body !== 'string') return
  if (body.length < CHARACTERS_MIN) return
  ctx.vary('Accept-Encoding')
  if (ctx.acceptsEncodings('gzip', 'identity') !== 'gzip') return
  ctx.body = await gzipped(body, { level: LEVEL })
  ctx.set('Content-Encoding', 'gzip')
}
