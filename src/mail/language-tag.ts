/** Language tags as strangers write them (BCP 47, RFC 5646). Pure. */

/** Longer tags are somebody's joke; RFC 5646 §4.4.1 recommends 35 characters. */
const TAG_LENGTH_MAX = 35
/** Reading a tag costs a hundred times more than remembering it; there is no end of tags. */
const KNOWN_MAX = 500

const known = new Map<string, string | null>()

/** `DE-at` as `de-AT`, without extensions; null when it names no language. */
export function languageTag(text: string | null): string | null {
  if (text === null || text.length > TAG_LENGTH_MAX) return null
  const before = known.get(text)
  if (before !== undefined) return before
  if (known.size >= KNOWN_MAX) known.clear()
  const tag = read(text)
  known.set(text, tag)
  return tag
}

function read(text: string): string | null {
  try {
    const tag = new Intl.Locale(text.trim().replaceAll('_', '-')).baseName
    return /^(?:und|mul|zxx|i-default)(?:-|$)/.test(tag) ? null : tag
  } catch {
    return null
  }
}
