/** What is said about signed and encrypted mail: nothing is verified, so nothing is promised. */
import { cmsKind } from '../../mail/cms.ts'
import { firstBytesOf } from './content.ts'
import type { Container } from './leaves.ts'
import type { Part, PartHead } from './part.ts'

export interface Protection {
  /** Sentences for people, e.g. `signed with OpenPGP; the signature was not verified`. */
  readonly notes: readonly string[]
  /** How the content is encrypted, or null when it is not. */
  readonly encryptedWith: 'OpenPGP' | 'S/MIME' | null
}

/** RFC 4880 §6.2 and §7: armour within a text. */
const ARMOUR = /^-----BEGIN PGP (SIGNED MESSAGE|MESSAGE)-----/m
const ARMOUR_SEARCHED = 20_000

/** RFC 1847, RFC 3156, RFC 8551; `text` is the text body. */
export function protectionOf(parts: readonly Part[], text: string): Protection {
  const armour = ARMOUR.exec(text.slice(0, ARMOUR_SEARCHED))?.[1]
  const encryptedWith = armour === 'MESSAGE' ? 'OpenPGP' : encryptionOf(parts)
  const signedWith = armour === 'SIGNED MESSAGE' ? 'OpenPGP' : signatureOf(parts)
  return {
    encryptedWith,
    notes: [
      ...(encryptedWith === null
        ? []
        : [`encrypted with ${encryptedWith}: it cannot be read here`]),
      ...(signedWith === null ? [] : [`signed with ${signedWith}; the signature was not verified`]),
    ],
  }
}

const PGP_SIGNATURE = /^application\/pgp-signature$/
const SMIME_SIGNATURE = /^application\/(?:x-)?pkcs7-signature$/

/**
 * The control part of signed mail, which stands behind what it signs (RFC 1847 §2.1), without a name that
 * would make it a file to people. It says nothing without the exact bytes it signs, and both are in
 * the original. `before`: the leaf before it.
 */
export const isControlPart = (
  { type, filename, container }: PartHead,
  before: PartHead | undefined,
): boolean =>
  container?.type === 'multipart/signed' &&
  filename === null &&
  (PGP_SIGNATURE.test(type) || SMIME_SIGNATURE.test(type)) &&
  isWithin(container, before?.container ?? null)

function isWithin(outer: Container, inner: Container | null): boolean {
  for (let at = inner; at !== null; at = at.parent) if (at === outer) return true
  return false
}

function encryptionOf(parts: readonly Part[]): Protection['encryptedWith'] {
  if (parts.some(({ type }) => type === 'application/pgp-encrypted')) return 'OpenPGP'
  return parts.some((part) => kindOf(part) === 'encrypted') ? 'S/MIME' : null
}

function signatureOf(parts: readonly Part[]): 'OpenPGP' | 'S/MIME' | null {
  if (parts.some(({ type }) => PGP_SIGNATURE.test(type))) return 'OpenPGP'
  const detached = parts.some(({ type }) => SMIME_SIGNATURE.test(type))
  return detached || parts.some((part) => kindOf(part) === 'signed') ? 'S/MIME' : null
}

/** The container itself says what it is; its label is often only a file name. */
function kindOf(part: Part): ReturnType<typeof cmsKind> {
  if (!/^application\/(?:x-)?pkcs7-mime$/.test(part.type) && !/\.p7m$/i.test(part.filename ?? ''))
    return null
  return cmsKind(firstBytesOf(part.content, 100))
}
