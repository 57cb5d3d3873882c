/**
 * Reply tokens: unguessable values in our Reply-To addresses and Message-IDs that prove which
 * ticket and which person a mail was sent to (or, in return paths, which delivery bounced).
 *
 * A token is self-contained: key number, kind, ids and a truncated HMAC-SHA256, in lower-case
 * base32 so that it survives every mail server. Keys rotate: older ones still verify.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { base32 } from './ids.ts'

export type TokenClaims =
  | { readonly kind: 'reply'; readonly ticketId: number; readonly userId: number }
  | { readonly kind: 'bounce'; readonly outboxId: number }
  /** A link in a notice: the agent wants to hear no more of the ticket. */
  | { readonly kind: 'mute'; readonly ticketId: number; readonly userId: number }
  /** A link to the ticket as this person may see it; no proof in a mail. `day`: since 1970, UTC. */
  | {
      readonly kind: 'view'
      readonly ticketId: number
      readonly userId: number
      readonly day: number
    }
  /** An OpenID provider said who it is; a second step is still to come. `minute`: since 1970, UTC. */
  | { readonly kind: 'login'; readonly userId: number; readonly minute: number }

export interface TokenKey {
  readonly id: number
  readonly value: Buffer
}

export interface Tokens {
  /** At most 40 characters for ids below two billion; `view`, which no address carries, 45. */
  make(claims: TokenClaims): string
  /** Null: not one of ours, altered, or made with a key we do not have. */
  verify(token: string): TokenClaims | null
}

/** 96 bits: guessing one needs 2^95 mails. */
const MAC_BYTES = 12
const TOKEN_LENGTH_MAX = 64
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
const KINDS = { reply: 1, bounce: 2, mute: 3, view: 4, login: 5 } as const

/** `keys`: newest first; the first one signs. */
export function tokensOf(keys: readonly TokenKey[]): Tokens {
  const [signing] = keys
  if (signing === undefined) throw new Error('no token key')
  return {
    make(claims) {
      const body = Buffer.from([
        signing.id & 0xff,
        KINDS[claims.kind],
        ...idsOf(claims).flatMap(varint),
      ])
      return base32(Buffer.concat([body, macOf(signing, body)]))
    },
    verify(token) {
      const bytes = fromBase32(token)
      if (bytes === null || bytes.length <= MAC_BYTES + 2) return null
      const body = bytes.subarray(0, -MAC_BYTES)
      const mac = bytes.subarray(-MAC_BYTES)
      const genuine = keys.some(
        (key) => (key.id & 0xff) === body[0] && timingSafeEqual(macOf(key, body), mac),
      )
      return genuine ? claimsOf(body) : null
    },
  }
}

const macOf = (key: TokenKey, body: Uint8Array): Buffer =>
  createHmac('sha256', key.value).update(body).digest().subarray(0, MAC_BYTES)

function idsOf(claims: TokenClaims): number[] {
  if (claims.kind === 'bounce') return [claims.outboxId]
  if (claims.kind === 'login') return [claims.userId, claims.minute]
  const both = [claims.ticketId, claims.userId]
  return claims.kind === 'view' ? [...both, claims.day] : both
}

function claimsOf(body: Buffer): TokenClaims | null {
  const ids = fromVarints(body.subarray(2))
  const [first, second, third] = ids
  if (ids.length === 2 && first !== undefined && second !== undefined) {
    if (body[1] === KINDS.reply) return { kind: 'reply', ticketId: first, userId: second }
    if (body[1] === KINDS.mute) return { kind: 'mute', ticketId: first, userId: second }
    if (body[1] === KINDS.login) return { kind: 'login', userId: first, minute: second }
  }
  if (body[1] === KINDS.view && ids.length === 3) {
    return { kind: 'view', ticketId: first ?? 0, userId: second ?? 0, day: third ?? 0 }
  }
  if (body[1] === KINDS.bounce && ids.length === 1 && first !== undefined) {
    return { kind: 'bounce', outboxId: first }
  }
  return null
}

/** Seven bits a byte, lowest first, the high bit says "more". */
function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}

function fromVarints(bytes: Uint8Array): number[] {
  const values: number[] = []
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte & 127) * scale
    scale *= 128
    if (byte < 128) {
      values.push(value)
      value = 0
      scale = 1
    }
  }
  return values
}

function fromBase32(text: string): Buffer | null {
  if (text.length > TOKEN_LENGTH_MAX) return null
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const char of text.toLowerCase()) {
    const digit = BASE32.indexOf(char)
    if (digit < 0) return null
    value = (value << 5) | digit
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((value >>> bits) & 0xff)
      value &= (1 << bits) - 1
    }
  }
  // Padding is less than a character, and zero: one token has one spelling.
  return value === 0 && bits < 5 ? Buffer.from(bytes) : null
}

const DAY_MS = 24 * 60 * 60_000

/** Days since 1970, UTC. */
export const dayOf = (at: Date): number => Math.floor(at.getTime() / DAY_MS)

/**
 * Text for others than its writer, who may have quoted the link that is his alone. What is left
 * shows that there was one. Mail gateways that watch what is clicked write links into links of
 * their own, and encode the slashes, some of them twice; Proofpoint's first ones made them `_`.
 */
export const withoutTicketLinks = (text: string): string =>
  text.replace(TICKET_LINK, (_link, before: string, after: string) => `${before}t${after}…`)

const TICKET_LINK =
  /(\/|_|%(?:25){0,3}2f|&#x2f;|&#47;)t(\/|_|%(?:25){0,3}2f|&#x2f;|&#47;)[a-z2-7]{20,64}/gi
