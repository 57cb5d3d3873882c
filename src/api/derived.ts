/** Streams made of other streams. */
import { Readable } from 'node:stream'

/**
 * What `pieces` makes of a stream. That one is closed with it, also when nobody reads any of it, as
 * when only the headers are asked for: a generator that never began closes nothing.
 */
export function derived(
  content: Readable,
  pieces: (content: Readable) => AsyncGenerator<Buffer>,
): Readable {
  // Whoever reads hears of it.
  content.on('error', () => {})
  return Readable.from(pieces(content)).once('close', () => content.destroy())
}
