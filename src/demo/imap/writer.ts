/** Writes responses to a client, spoiled by the fault of the command they belong to. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import type { Mischief, ResponsePiece } from './faults.ts'
import { spoil } from './faults.ts'
import type { Part } from './fetch-items.ts'

export class ResponseWriter {
  #socket: Duplex
  /** Bytes a `cut` still lets through. */
  #allowed = Number.POSITIVE_INFINITY
  #mischief: Mischief | null = null
  #draining: Promise<void> | null = null

  constructor(socket: Duplex) {
    this.#socket = socket
  }

  /** The fault of the command that is being answered. */
  set mischief(mischief: Mischief | null) {
    this.#mischief = mischief
    this.#allowed = mischief?.do === 'cut' ? mischief.afterBytes : Number.POSITIVE_INFINITY
  }

  /** After STARTTLS the same conversation goes on over another stream. */
  moveTo(socket: Duplex): void {
    this.#socket = socket
    this.#draining = null
  }

  /** One response line; a Buffer among its parts is sent as a literal. */
  async line(...parts: readonly Part[]): Promise<void> {
    const pieces = parts.map(
      (part): ResponsePiece =>
        Buffer.isBuffer(part) ? { literal: part, announced: part.length } : part,
    )
    const wanted = spoil(this.#mischief, pieces)
    if (wanted.length === 0) return
    await this.#bytes(Buffer.concat([...wanted.map(encode), Buffer.from('\r\n')]))
  }

  async #bytes(bytes: Buffer): Promise<void> {
    const mischief = this.#mischief
    const step = mischief?.do === 'drip' ? mischief.bytes : bytes.length
    for (let at = 0; at < bytes.length; at += step) {
      if (mischief?.do === 'drip' && at > 0) await delay(mischief.everyMs)
      await this.#chunk(bytes.subarray(at, at + step))
      if (this.#socket.destroyed) return
    }
  }

  async #chunk(chunk: Buffer): Promise<void> {
    if (this.#socket.destroyed || this.#socket.writableEnded) return
    const isLast = chunk.length >= this.#allowed
    const flows = this.#socket.write(isLast ? chunk.subarray(0, this.#allowed) : chunk)
    this.#allowed -= chunk.length
    if (isLast) this.#socket.end()
    else if (!flows) await this.#drained()
  }

  /** All that is written meanwhile waits for the same moment. */
  #drained(): Promise<void> {
    const socket = this.#socket
    this.#draining ??= new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done)
        this.#draining = null
        resolve()
      }
      socket.on('drain', done).on('close', done)
    })
    return this.#draining
  }
}

function encode(piece: ResponsePiece): Buffer {
  if (piece === null) return Buffer.from('NIL')
  // latin1: the text holds bytes as they came, not characters.
  if (typeof piece === 'string') return Buffer.from(piece, 'latin1')
  return Buffer.concat([Buffer.from(`{${piece.announced}}\r\n`), piece.literal])
}
