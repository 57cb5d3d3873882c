/** Standard Webhooks: secrets, and the signature over id, time and body. */
import { createHmac } from 'node:crypto'
import { randomSecret } from '../ids.ts'

/** The specification wants 24 to 64. */
const SECRET_BYTES = 32
const PREFIX = 'whsec_'

/** A new secret as it is shown: `whsec_` and base64. */
export const newWebhookSecret = (): string =>
  `${PREFIX}${randomSecret(SECRET_BYTES).toString('base64')}`

/**
 * The headers of one attempt. With several secrets (one is being replaced) the receiver may
 * verify by either: their signatures stand beside each other.
 */
export function signedHeaders(
  secrets: readonly string[],
  { id, at, body }: { id: string; at: Date; body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    const signed = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`)
    return `v1,${signed.digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}
