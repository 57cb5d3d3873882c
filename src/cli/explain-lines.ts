/** Lines of a byte stream, bounded: a line that is too long comes as null, the next ones go on. */
import type { Readable } from 'node:stream'

export async function* linesOf(stream: Readable, bytesMax: number): AsyncGenerator<Buffer | null> {
  let pieces: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    let start = 0
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
      pieces.push(bytes.subarray(start, end))
      length += end - start
      yield length > bytesMax ? null : Buffer.concat(pieces)
      pieces = []
      length = 0
      start = end + 1
    }
    const rest = bytes.subarray(start)
    length += rest.length
    // What is too long is only counted.
    if (length <= bytesMax) pieces.push(rest)
    else pieces = []
  }
  if (length > 0) yield length > bytesMax ? null : Buffer.concat(pieces)
}
