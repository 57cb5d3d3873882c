/** Writes a piece of an answer of any length: waits for a slow reader, and notices a full disk. */
import type { Writable } from 'node:stream'
import { EXIT, messageOf, OperatorError } from '../errors.ts'

/** What is written to a closed pipe is nobody's loss; anything else that is not written is told. */
export function writePiece(stream: Writable, piece: string | Buffer): Promise<void> {
  if (piece.length === 0 || stream.destroyed) return Promise.resolve()
  return new Promise((resolve, reject) => {
    stream.write(piece, (err) => {
      if (err === null || err === undefined || isClosedPipe(err)) resolve()
      else reject(unwritable(err))
    })
  })
}

const isClosedPipe = (err: NodeJS.ErrnoException): boolean =>
  err.code === 'EPIPE' || err.code === 'ERR_STREAM_DESTROYED'

const unwritable = (cause: Error): OperatorError =>
  new OperatorError(EXIT.unavailable, `The answer cannot be written: ${messageOf(cause)}`, {
    cause,
  })
