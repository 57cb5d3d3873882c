/**
 * Which language a notice comes in: the first wish that templates exist for (RFC 4647 §3.4 lookup,
 * then a relative in the same script: `pt-PT` reads `pt-BR`). Pure.
 */
import { languageTag } from '../mail/language-tag.ts'

export interface PickedLocale {
  /** The tag templates are kept under. */
  readonly locale: string
  /** How dates and numbers are written: the wish itself, `en-GB` for templates in `en`. */
  readonly format: string
}

/** The best of `available` for one canonical tag, or null. */
export function lookUpLocale(wanted: string, available: readonly string[]): PickedLocale | null {
  const parts = wanted.split('-')
  for (let count = parts.length; count > 0; count -= 1) {
    const shorter = parts.slice(0, count).join('-')
    const found = available.find((tag) => tag.toLowerCase() === shorter.toLowerCase())
    if (found !== undefined) return { locale: found, format: wanted }
  }
  const kin = languageAndScript(wanted)
  const relative = available.find((tag) => languageAndScript(tag) === kin)
  return relative === undefined ? null : { locale: relative, format: relative }
}

/** `pt-Latn` for `pt-PT`, `zh-Hant` for `zh-TW`. */
function languageAndScript(tag: string): string {
  const { language, script } = new Intl.Locale(tag).maximize()
  return `${language}-${script ?? ''}`
}

/** The first wish that can be met; wishes that are null or no tag are passed over. */
export function pickLocale(
  wishes: readonly (string | null)[],
  available: readonly string[],
): PickedLocale | null {
  for (const wish of wishes) {
    const wanted = languageTag(wish)
    const picked = wanted === null ? null : lookUpLocale(wanted, available)
    if (picked !== null) return picked
  }
  return null
}

/** Scripts of living languages that run from right to left. */
const RTL_SCRIPTS = new Set(['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg'])

/** HTML's `dir` for a text in this language. */
export const directionOf = (tag: string): 'ltr' | 'rtl' =>
  RTL_SCRIPTS.has(new Intl.Locale(tag).maximize().script ?? '') ? 'rtl' : 'ltr'
