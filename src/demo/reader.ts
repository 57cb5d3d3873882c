/**
 * Reads what comes in over a connection: lines, so many bytes, or whatever is there, in order,
 * as promises. The end of the connection is `null`, never an exception.
 */
import type { Duplex } from 'node:stream'

export class StreamReader {
  #chunks: Buffer[] = []
  #bytes = 0
  #ended = false
  #wake: (() => void) | null = null

  constructor(stream: Duplex) {
    stream.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#bytes += chunk.length
      this.#wake?.()
    })
    for (const event of ['end', 'close', 'error']) {
      stream.on(event, () => {
        this.#ended = true
        this.#wake?.()
      })
    }
  }

  /** One line without its CRLF; latin1, so that no byte is lost. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#joined().indexOf(0x0a)
      if (end >= 0) {
        return this.#take(end + 1)
          .toString('latin1')
          .replace(/\r?\n$/, '')
      }
      if (!(await this.#more())) return null
    }
  }

  async exactly(count: number): Promise<Buffer | null> {
    while (this.#bytes < count) if (!(await this.#more())) return null
    return this.#take(count)
  }

  /** Everything that has arrived, at least one byte. */
  async available(): Promise<Buffer | null> {
    while (this.#bytes === 0) if (!(await this.#more())) return null
    return this.#take(this.#bytes)
  }

  /** Bytes that were read too far. */
  putBack(bytes: Buffer): void {
    this.#chunks.unshift(bytes)
    this.#bytes += bytes.length
  }

  #take(count: number): Buffer {
    const all = this.#joined()
    this.#chunks = [all.subarray(count)]
    this.#bytes -= count
    return all.subarray(0, count)
  }

  #joined(): Buffer {
    const [only = Buffer.alloc(0), ...others] = this.#chunks
    if (others.length === 0) return only
    const joined = Buffer.concat(this.#chunks)
    this.#chunks = [joined]
    return joined
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#wake = null
    return true
  }
}
