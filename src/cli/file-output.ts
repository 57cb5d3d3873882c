/**
 * stdout where it is a file. Node's own stream for that writes once, and does not look at how much of
 * it a nearly full disk took: the end of an answer was missing, and nothing was wrong.
 */
import { fstatSync, writeSync } from 'node:fs'
import { Writable } from 'node:stream'

/** In place of `stream`, which is that of the descriptor, when it goes to a file. */
export function wholeOutput(stream: Writable & { readonly fd: number }): Writable {
  const { fd } = stream
  if (!fstatSync(fd).isFile()) return stream
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        for (let written = 0; written < chunk.length; ) written += writeSync(fd, chunk, written)
        done()
      } catch (err) {
        done(err as Error)
      }
    },
  })
}
