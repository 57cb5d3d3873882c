/** What identifies a message's bytes: its Message-ID and a hash of its body. */
import { createHash } from 'node:crypto'
import { parseMessageIds } from '../mail/message-id.ts'

/** A header section larger than this has no Message-ID worth reading. */
const HEAD_BYTES_MAX = 256 * 1024

export interface Fingerprint {
  readonly messageId: string | null
  /** SHA-256 of everything after the header; trace headers differ between two copies. */
  readonly bodyHash: string
}

export function fingerprintOf(source: Buffer): Fingerprint {
  const end = endOfHeader(source)
  const head = source.subarray(0, Math.min(end, HEAD_BYTES_MAX)).toString('latin1')
  return {
    messageId: messageIdIn(head),
    bodyHash: createHash('sha256').update(source.subarray(end)).digest('hex'),
  }
}

/** The first valid Message-ID of a header section, unfolded (RFC 5322 §2.2.3). */
export function messageIdIn(head: string): string | null {
  const unfolded = head.replace(/\r?\n[ \t]/g, ' ')
  for (const line of unfolded.split(/\r?\n/)) {
    if (!/^message-id:/i.test(line)) continue
    const [id] = parseMessageIds(line)
    if (id !== undefined) return id
  }
  return null
}

function endOfHeader(source: Buffer): number {
  const [crlf, lf] = [source.indexOf('\r\n\r\n'), source.indexOf('\n\n')]
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return crlf + 4
  return lf >= 0 ? lf + 2 : source.length
}
