/**
 * A network between a program and a server on loopback that fails on command: cut, reset, half-open,
 * slow to a byte at a time, late. At the n-th byte of one direction, of the whole connection or from
 * a command on.
 *
 *   const proxy = await startFaultProxy()
 *   proxy.leadTo(world.imap.port)
 *   const fault = proxy.add({ after: /UID FETCH/, from: 'server', atByte: 100, do: 'reset' })
 *   await fault.happened
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type NetworkMischief =
  | { do: 'cut' } /* both ends see an orderly end */
  | { do: 'reset' } /* both ends see an error */
  | { do: 'freeze' } /* half-open: nothing moves any more, and nobody is told */
  | { do: 'drip'; everyMs: number } /* from here on, one byte at a time */
  | { do: 'delay'; ms: number } /* nothing from this side for so long */

export type NetworkFault = NetworkMischief & {
  /** Whose bytes are counted, and held up. */
  from: 'client' | 'server'
  /** So many of them go through before. */
  atByte: number
  /** Counted from where the client has said this; otherwise from the beginning of a connection. */
  after?: RegExp
}

export interface FaultProxy {
  readonly port: number
  /** Where new connections go; none does before this. */
  leadTo(port: number): void
  /** Happens once, to the first connection that gets there. */
  add(fault: NetworkFault): { readonly happened: Promise<void> }
  /** Faults that have not happened yet will not happen. */
  disarm(): void
  /** Ends what is frozen, and all else, as a router does that forgot its connections. */
  resetAll(): void
  close(): Promise<void>
}

interface Armed {
  readonly fault: NetworkFault
  readonly happen: () => void
  used: boolean
}

export async function startFaultProxy(): Promise<FaultProxy> {
  const armed: Armed[] = []
  const wires = new Set<Wire>()
  let target = 0
  const server = createServer({ noDelay: true }, (client) => {
    const wire = new Wire(
      client,
      connect({ port: target, host: '127.0.0.1', noDelay: true }),
      armed,
    )
    wires.add(wire)
    client.once('close', () => wires.delete(wire))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const resetAll = (): void => {
    for (const wire of wires) wire.reset()
  }
  return {
    port: (server.address() as AddressInfo).port,
    leadTo: (port) => {
      target = port
    },
    add(fault) {
      const happened = new Promise<void>((resolve) => {
        armed.push({ fault, happen: resolve, used: false })
      })
      return { happened }
    },
    disarm() {
      armed.length = 0
    },
    resetAll,
    async close() {
      const closed = once(server, 'close')
      server.close()
      resetAll()
      await closed
    },
  }
}

/** One connection: two directions, and the faults that wait for it. */
class Wire {
  readonly #client: Socket
  readonly #server: Socket
  readonly #armed: readonly Armed[]
  /** What is counted for each fault, once its command was said. */
  readonly #counts = new Map<Armed, number>()
  #said = ''
  #frozen = false

  constructor(client: Socket, server: Socket, armed: readonly Armed[]) {
    this.#client = client
    this.#server = server
    this.#armed = armed
    // An error is followed by its close.
    for (const socket of [client, server]) socket.on('error', () => {})
    void this.#carry('client', client, server)
    void this.#carry('server', server, client)
  }

  reset(): void {
    this.#client.resetAndDestroy()
    this.#server.resetAndDestroy()
  }

  async #carry(from: NetworkFault['from'], source: Socket, sink: Socket): Promise<void> {
    let dripMs = 0
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        if (from === 'client') this.#hear(chunk)
        for (let left = chunk; left.length > 0; ) {
          const { bytes, reached } = this.#until(from, left)
          await this.#pass(left.subarray(0, bytes), sink, dripMs)
          left = left.subarray(bytes)
          if (reached === null) continue
          reached.happen()
          if (reached.fault.do === 'drip') dripMs = reached.fault.everyMs
          else await this.#happens(reached.fault)
        }
      }
      if (!this.#frozen) sink.end()
    } catch {
      // The other end has gone: so does this one.
      if (!this.#frozen) sink.destroy()
    }
  }

  /** A command begins to count with the bytes that follow it. */
  #hear(chunk: Buffer): void {
    this.#said = (this.#said + chunk.toString('latin1')).slice(-LINE_MAX)
    for (const armed of this.#armed) {
      const { after } = armed.fault
      if (after?.test(this.#said) === true && !this.#counts.has(armed)) this.#counts.set(armed, 0)
    }
  }

  /** How much of these bytes goes through before a fault, and which one. */
  #until(from: NetworkFault['from'], bytes: Buffer): { bytes: number; reached: Armed | null } {
    let reached: Armed | null = null
    let length = bytes.length
    const counting = this.#armed.filter(({ used, fault }) => !used && fault.from === from)
    for (const armed of counting) {
      const left = this.#leftTo(armed)
      if (left === null || left > length) continue
      length = left
      reached = armed
    }
    if (reached !== null) reached.used = true
    for (const armed of counting) {
      const left = this.#leftTo(armed)
      if (left !== null) this.#counts.set(armed, armed.fault.atByte - left + length)
    }
    return { bytes: length, reached }
  }

  /** Bytes that still go through before it; null: its command was not said. */
  #leftTo(armed: Armed): number | null {
    const { after, atByte } = armed.fault
    const counted = this.#counts.get(armed) ?? (after === undefined ? 0 : null)
    return counted === null ? null : Math.max(0, atByte - counted)
  }

  async #pass(bytes: Buffer, sink: Socket, dripMs: number): Promise<void> {
    if (this.#frozen) await new Promise(() => {})
    if (dripMs === 0) {
      if (bytes.length > 0 && !sink.write(bytes)) await once(sink, 'drain')
      return
    }
    for (const byte of bytes) {
      await delay(dripMs)
      sink.write(Buffer.of(byte))
    }
  }

  async #happens(fault: NetworkFault): Promise<void> {
    if (fault.do === 'delay') await delay(fault.ms)
    if (fault.do === 'reset') this.reset()
    if (fault.do === 'cut') {
      this.#client.end()
      this.#server.end()
    }
    if (fault.do === 'freeze') {
      this.#frozen = true
      await new Promise(() => {})
    }
  }
}

/** Commands are looked for in so much of what the client said last. */
const LINE_MAX = 4_096
