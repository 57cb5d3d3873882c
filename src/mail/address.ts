/**
 * Addresses as the whole program knows them (RFC 5322 §3.4, RFC 5321 §4.1.2).
 *
 * The brand means "came out of parseAddress()": lower-cased, domain in A-label form, no control
 * characters, at most 254 octets. Everything compares addresses by plain string equality.
 */
export type Address = string & { readonly __brand: 'Address' }

export interface NamedAddress {
  readonly address: Address
  /** Display name without control and bidi characters, or null. */
  readonly name: string | null
}

/** RFC 5321 §4.5.3.1.3: a path is at most 256 octets with its angle brackets. */
const ADDRESS_OCTETS_MAX = 254
/** RFC 5321 §4.5.3.1.1. */
export const LOCAL_PART_OCTETS_MAX = 64

/** Characters of a local part: RFC 5322 dot-atom, plus non-ASCII (RFC 6532). Quoted local parts are refused. */
const LOCAL_PART = /^[^\s"(),:;<>@[\\\]\p{Cc}\p{Cf}]+$/u
const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/

/** Reads one addr-spec; null when it is not a usable address. Never guesses. */
export function parseAddress(text: string | null | undefined): Address | null {
  const trimmed = (text ?? '').trim()
  if (trimmed.length > 4 * ADDRESS_OCTETS_MAX) return null
  const at = trimmed.lastIndexOf('@')
  const local = trimmed.slice(0, at)
  if (at <= 0 || !LOCAL_PART.test(local)) return null
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) {
    // Some Japanese carriers issue such addresses; they are deliverable there, so they are kept.
    if (!/^[\w.+-]+$/.test(local)) return null
  }
  const domain = toALabels(trimmed.slice(at + 1).toLowerCase())
  if (!DOMAIN.test(domain) || domain.length > 253) return null
  const address = `${local.toLowerCase()}@${domain}`
  if (Buffer.byteLength(local) > LOCAL_PART_OCTETS_MAX) return null
  if (Buffer.byteLength(address) > ADDRESS_OCTETS_MAX) return null
  return address as Address
}

/** RFC 5890 A-labels (`xn--...`) of a domain; '' when it cannot be one. */
function toALabels(domain: string): string {
  if (DOMAIN.test(domain)) return domain
  if (/\p{ASCII}/u.test(domain.replace(/[a-z0-9.-]/g, ''))) return ''
  return URL.canParse(`http://${domain}/`) ? new URL(`http://${domain}/`).hostname : ''
}

/** The domain of an address, lower-case A-labels. */
export const domainOf = (address: Address): string => address.slice(address.lastIndexOf('@') + 1)

/** The local part of an address. */
export const localPartOf = (address: Address): string => address.slice(0, address.lastIndexOf('@'))

/** RFC 5233: splits `support+tag@d` into the address without its tag, and the tag. */
export function splitSubaddress(address: Address): { base: Address; tag: string | null } {
  const plus = address.indexOf('+')
  const at = address.lastIndexOf('@')
  if (plus <= 0 || plus > at) return { base: address, tag: null }
  return {
    base: (address.slice(0, plus) + address.slice(at)) as Address,
    tag: address.slice(plus + 1, at),
  }
}
