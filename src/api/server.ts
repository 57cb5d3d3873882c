/** The HTTP server of the API: listens, bounds what a connection may do, and ends politely. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EXIT, messageOf, OperatorError } from '../errors.ts'
import { appOf } from './app.ts'
import type { ApiDeps } from './deps.ts'
import { markingStore } from './idempotency.ts'
import { routesOf } from './routes.ts'

export type { ApiDeps } from './deps.ts'

export interface Api {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

const LIMITS = {
  /** For all headers together. */
  maxHeaderSize: 16 * 1024,
  headersTimeout: 20_000,
  requestTimeout: 100_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
} as const
const CONNECTIONS_MAX = 1_000
/** How long close() waits for answers that are under way. */
const CLOSE_MS = 5_000

/** @throws OperatorError when `listen` cannot be used. */
export async function startApi(deps: ApiDeps): Promise<Api> {
  const marking = { ...deps, store: markingStore(deps.store) }
  const handle = appOf(deps, routesOf(marking)).callback()
  const server = createServer(LIMITS, (request, response) => {
    if (deps.draining()) response.setHeader('Connection', 'close')
    // Koa answers every request and never rejects.
    void handle(request, response)
  })
  server.maxConnections = CONNECTIONS_MAX
  const { address, port } = await listen(server, deps.config.listen)
  return { host: address, port, close: () => close(server) }
}

async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<AddressInfo> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (cause) {
    throw new OperatorError(
      EXIT.unavailable,
      `The API cannot listen on ${host}:${port}: ${reasonOf(cause)} Set "listen" in the configuration (or POSTROOM_LISTEN) to an address and port of this machine that are free.`,
      { cause },
    )
  }
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return address
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : ''
  if (code === 'EADDRINUSE') return 'another program, perhaps another Postroom, uses it.'
  if (code === 'EACCES') return 'this user may not use such a port (below 1024).'
  if (code === 'EADDRNOTAVAIL') return 'this machine does not have that address.'
  return `${messageOf(cause)}.`
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
  await closed
  clearTimeout(timer)
}
