/** TCP ports on loopback: a free one, and waiting until somebody listens. */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** Below what kernels give to those who ask for any port, and to outgoing connections. */
const PAIRS = { first: 20_000, count: 6_000 } as const
/** What keeps the ports of this process from other processes; the kernel frees them at its end. */
const claims: Server[] = []

/**
 * A port nobody listens on, and that no other caller gets while this process lives. They come in
 * pairs: the even one is given out, the odd one beside it is kept open as the claim to it.
 *
 * @param start of which pair to look at first; tests want the same one twice.
 */
export async function freePort(start = randomInt(PAIRS.count)): Promise<number> {
  for (let tried = 0; tried < PAIRS.count; tried += 1) {
    const port = PAIRS.first + 2 * ((start + tried) % PAIRS.count)
    const claim = await listenOn(port + 1)
    if (claim === null) continue
    claims.push(claim.unref())
    const probe = await listenOn(port)
    if (probe === null) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
  throw new Error('no port')
}

/** Null: somebody else listens there. */
async function listenOn(port: number): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy())
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return server
  } catch {
    return null
  }
}

/** Waits until something accepts connections on the port. */
export async function untilListening(port: number, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new Error(`nothing listens on 127.0.0.1:${port}`)
    await delay(20)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
