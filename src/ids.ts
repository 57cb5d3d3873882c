/** Randomness for everybody: instance names, secrets and the random parts of Message-IDs. */
import { randomBytes } from 'node:crypto'

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/** RFC 4648 §6 alphabet in lower case, without padding: survives case-folding mail servers. */
export function base32(bytes: Uint8Array): string {
  let out = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += BASE32[(value >>> bits) & 31]
    }
    value &= (1 << bits) - 1
  }
  if (bits > 0) out += BASE32[(value << (5 - bits)) & 31]
  return out
}

/** `bytes` random bytes in lower-case base32. */
export const randomId = (bytes: number): string => base32(randomBytes(bytes))

/** `bytes` random bytes. */
export const randomSecret = (bytes: number): Buffer => randomBytes(bytes)
