/** TLS for the demo's servers: from the first byte, or after STARTTLS. */
import type { Duplex } from 'node:stream'
import { createSecureContext, TLSSocket } from 'node:tls'

export interface ServerTls {
  key: string | Buffer
  cert: string | Buffer
  /** TLS from the first byte; otherwise STARTTLS is offered. */
  implicit?: boolean
}

export type Upgrade = (plain: Duplex) => Duplex

/** The server's side of a TLS handshake over an open connection; null without a certificate. */
export function upgradeWith(tls: ServerTls | undefined): Upgrade | null {
  if (tls === undefined) return null
  const secureContext = createSecureContext({ key: tls.key, cert: tls.cert })
  return (plain) => quiet(new TLSSocket(plain, { isServer: true, secureContext }))
}

/** A client that goes away in the middle of something is no error of the server. */
export function quiet<Stream extends Duplex>(stream: Stream): Stream {
  stream.on('error', () => stream.destroy())
  return stream
}
