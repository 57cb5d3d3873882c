/**
 * ISO-2022-JP (RFC 1468): ASCII and Japanese take turns, an escape sequence begins each stretch.
 *
 * Where one escape directly follows another the platform's decoder writes U+FFFD, because filters can
 * be deceived with empty stretches. Mail has them without any guile: every long subject is cut into
 * encoded words, each of which ends in ASCII (RFC 2047 §6.1) before the next begins with Japanese.
 */
const ESCAPE = 0x1b
const ESCAPE_LENGTH = 3

/** `ESC ( B`, `( J`, `( I`; `ESC $ @`, `$ B`. */
const SETS = new Set(['(B', '(J', '(I', '$@', '$B'])

export function decodeIso2022Jp(bytes: Uint8Array): string {
  return new TextDecoder('iso-2022-jp').decode(withoutEmptyStretches(bytes))
}

/** Of escapes in a row only the last means something. */
function withoutEmptyStretches(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; ) {
    if (isEscape(bytes, at) && isEscape(bytes, at + ESCAPE_LENGTH)) at += ESCAPE_LENGTH
    else out[length++] = bytes[at++] ?? 0
  }
  return out.subarray(0, length)
}

const isEscape = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === ESCAPE && SETS.has(String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0))
