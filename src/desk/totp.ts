/** Time-based one-time passwords (RFC 6238) as every authenticator app makes them. Pure. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { base32 } from '../ids.ts'

/** RFC 6238 §4: seconds of a step. */
const STEP_S = 30
const DIGITS = 6
/** Steps before and after this one: clocks differ, and typing takes a while (§5.2). */
const DRIFT = 1
/** RFC 4226 §4 R6: as many as the HMAC has. */
export const TOTP_SECRET_BYTES = 20

const stepAt = (at: Date): number => Math.floor(at.getTime() / 1000 / STEP_S)

/** RFC 4226 §5.3: six digits for one step. */
export function totpAtStep(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = mac.readUInt8(mac.length - 1) & 0x0f
  const number = mac.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The step whose code this is, around now; null: none. */
export function stepOfTotp(secret: Uint8Array, code: string, at: Date): number | null {
  const now = stepAt(at)
  let found: number | null = null
  for (let step = now - DRIFT; step <= now + DRIFT; step += 1) {
    const expected = Buffer.from(totpAtStep(secret, step))
    const given = Buffer.from(code)
    if (given.length === expected.length && timingSafeEqual(given, expected)) found = step
  }
  return found
}

/** What an app wants to have typed in: base32 in capitals, without padding. */
export const totpSecretText = (secret: Uint8Array): string => base32(secret).toUpperCase()

/** What an app reads from a QR code. */
export function totpUri(secret: Uint8Array, { issuer, email }: { issuer: string; email: string }) {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(email)}`
  return `otpauth://totp/${label}?secret=${totpSecretText(secret)}&issuer=${encodeURIComponent(issuer)}`
}
