/** Why a piece of a text was folded, told from the piece itself: its first lines are the marker. */
import { isDelimiter, isDeviceLine } from './signature.ts'
import { TextScan } from './text-scan.ts'

const BECAUSE = {
  attribution: 'an attribution line says whose words follow',
  headers: 'the header block of another mail begins',
  separator: 'a line says that the original message follows',
  forward: 'a line says that a forwarded message follows',
} as const

/** Enough to find the marker a quotation begins with. */
const BEGINNING = 4_000

/** Why `quoted`, a quotation as visibleText() folds it, is one. */
export function foldReason(quoted: string): string {
  const marker = new TextScan(quoted.slice(0, BEGINNING)).markerAt(0)
  if (marker !== null) return BECAUSE[marker.kind]
  return /^\s*(?:>|&gt;|\|)/.test(quoted)
    ? 'its lines are marked as quoted'
    : 'it stands with what was quoted'
}

/** Why `signature` is one. */
export function signatureReason(signature: string): string {
  const first = signature.split('\n', 1)[0] ?? ''
  if (isDeviceLine(first)) return 'a phone or its mail program added it'
  return isDelimiter(first)
    ? 'it begins with a signature delimiter (RFC 3676 §4.3)'
    : 'rules and lines that belong to no sentence'
}
