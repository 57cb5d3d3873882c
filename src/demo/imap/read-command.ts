/** Reads one IMAP command with its literals (RFC 9051 §4.3), `{5}` and `{5+}` (RFC 7888). */
import type { StreamReader } from '../reader.ts'
import type { Piece } from './tokens.ts'

/** Far above any honest mail, far below our memory. */
const LITERAL_BYTES_MAX = 256 * 1024 * 1024

const LITERAL_AT_END = /\{(\d{1,10})(\+?)\}$/

/** `invite` asks for the bytes of a literal that waits for permission. */
export async function readCommand(
  reader: StreamReader,
  invite: () => Promise<void>,
): Promise<Piece[] | null> {
  const pieces: Piece[] = []
  for (;;) {
    const line = await reader.line()
    if (line === null) return null
    const [announced, size, plus] = LITERAL_AT_END.exec(line) ?? []
    if (announced === undefined || Number(size) > LITERAL_BYTES_MAX) return [...pieces, line]
    if (plus === '') await invite()
    const literal = await reader.exactly(Number(size))
    if (literal === null) return null
    pieces.push(line.slice(0, -announced.length), literal)
  }
}
