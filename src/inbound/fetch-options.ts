/** How an inbox's IMAP section becomes a connection. */
import type { InboxConfig } from '../config.ts'

/** Larger messages are not taken whole. */
export const MESSAGE_BYTES_MAX = 50 * 1024 * 1024
/** Nor are those that turn out to be: some servers only estimate sizes. */
export const TAKEN_BYTES_MAX = MESSAGE_BYTES_MAX + 1024 * 1024
/** RFC 9051 §6.3.13 says 29 minutes; many middle boxes forget a connection much sooner. */
const IDLE_MAX_MS = 4 * 60_000
/** Longer than the back-off a server may ask for (5 min); our own deadlines are the real ones. */
const SOCKET_MS = 6 * 60_000

/** How long a server is waited for. Milliseconds, but for the last. */
export interface Patience {
  /** Until the folder is open. */
  readonly connectMs: number
  readonly greetingMs: number
  /** For the answer to a command, and more for what it has to send. */
  readonly commandMs: number
  readonly bytesPerMs: number
  /** IDLE may lie: look anyway. */
  readonly pollMs: number
}

export const PATIENCE: Patience = {
  connectMs: 60_000,
  greetingMs: 30_000,
  commandMs: 60_000,
  bytesPerMs: 50,
  pollMs: 60_000,
}

/** `accessToken` null: with the password. */
export function optionsOf(
  imap: InboxConfig['imap'],
  accessToken: string | null,
  { greetingMs }: Patience = PATIENCE,
) {
  return {
    host: imap.host,
    port: imap.port,
    secure: imap.tls === 'implicit',
    // Never a silent fallback: STARTTLS or nothing, and plain text only where it was asked for.
    ...(imap.tls === 'implicit' ? {} : { doSTARTTLS: imap.tls === 'starttls' }),
    auth: {
      user: imap.user ?? '',
      ...(accessToken === null ? { pass: imap.password?.reveal() ?? '' } : { accessToken }),
    },
    tls: {
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2' as const,
      ...(imap.ca === null ? {} : { ca: imap.ca }),
    },
    disableAutoIdle: true,
    maxIdleTime: IDLE_MAX_MS,
    connectionTimeout: 30_000,
    greetingTimeout: greetingMs,
    socketTimeout: SOCKET_MS,
    maxLiteralSize: TAKEN_BYTES_MAX,
  }
}
