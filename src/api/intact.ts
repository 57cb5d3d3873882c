/** Stored bytes that are what they were: a file that was changed on the disk is never given out as whole. */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { derived } from './derived.ts'
import { HttpError } from './problem.ts'

/**
 * The same bytes. When they do not hash to `sha256` the stream breaks before its last piece, and
 * the connection with it: whoever reads knows that it is not whole.
 */
export const intact = (content: Readable, sha256: string): Readable =>
  derived(content, (bytes) => checked(bytes, sha256))

async function* checked(content: Readable, sha256: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let last: Buffer | null = null
  for await (const chunk of content) {
    if (last !== null) yield last
    last = chunk as Buffer
    hash.update(last)
  }
  if (hash.digest('hex') !== sha256) throw new Error(`the stored file ${sha256} was changed`)
  if (last !== null) yield last
}

/** Its row is there and its bytes are not: an admin finds it with `postroom verify`. */
export const missingFile = (): HttpError =>
  new HttpError(410, 'file-missing', 'The file is not in the store any more.')
