/**
 * UTF-7 (RFC 2152). Rare and dangerous (it hides markup from filters), so it is decoded before
 * anything looks at the text.
 */

const DIRECT = /\+([A-Za-z0-9+/]*)(-?)/g

/** Decodes UTF-7 bytes; malformed stretches are decoded as far as they go. */
export function decodeUtf7(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  return text.replace(DIRECT, (_, encoded: string) => (encoded === '' ? '+' : utf16(encoded)))
}

/** The base64 of RFC 2152 carries big-endian UTF-16 code units. */
function utf16(encoded: string): string {
  const units = Buffer.from(encoded, 'base64')
  const even = units.subarray(0, units.length - (units.length % 2))
  return new TextDecoder('utf-16be').decode(even)
}
