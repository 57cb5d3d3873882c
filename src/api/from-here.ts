/** Whether a request comes from the machine that the daemon runs on. */
import type { IncomingMessage } from 'node:http'
import { clientAddress, type Proxies, proxiesOf } from './client-address.ts'

/**
 * A proxy on this machine connects from here for people who are elsewhere: what it forwards counts
 * only when it is trusted to say for whom.
 */
export function isFromHere(message: IncomingMessage, proxies: Proxies): boolean {
  const address = clientAddress(message, proxies)
  const isForwarded =
    message.headers['x-forwarded-for'] !== undefined || message.headers['forwarded'] !== undefined
  if (isForwarded && address === clientAddress(message, NOBODY)) return false
  return address === '::1' || address.startsWith('127.')
}

const NOBODY = proxiesOf([])
