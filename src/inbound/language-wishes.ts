/**
 * Which languages a writer would like to be answered in, best first: what his mail program says,
 * then what the text looks like. Pure.
 */
import { detectLanguage } from '../mail/language.ts'
import { languageTag } from '../mail/language-tag.ts'
import { headerOf, type Message } from '../mail/message.ts'

/** More tags than these are nobody's wish. */
const WISHES_MAX = 10

export function languageWishes(
  message: Message,
  requester: 'sender' | 'forwarded' | 'unknown',
): string[] {
  // The headers of a forward tell of the forwarder.
  const wishes =
    requester === 'forwarded'
      ? [detectLanguage(message.forwarded?.text ?? '')]
      : [
          // RFC 3282 §2; Exchange and Outlook write both headers.
          ...tagsIn(headerOf(message, 'content-language')),
          ...tagsIn(headerOf(message, 'accept-language')),
          ...tagsIn(headerOf(message, 'x-accept-language')),
          message.language,
        ]
  const tags = wishes.flatMap((text) => languageTag(text) ?? [])
  return [...new Set(tags)].slice(0, WISHES_MAX)
}

/** `de-DE, en;q=0.5`: by weight (RFC 9110 §12.4.2), then in order; `q=0` means "not this". */
function tagsIn(header: string | null): string[] {
  const ranges = (header ?? '')
    .replace(/\([^()]*\)/g, ' ')
    .split(',', WISHES_MAX)
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';', 5).map((word) => word.trim())
      const weight = parameters.find((word) => /^q *=/i.test(word))
      const q = weight === undefined ? 1 : Number(weight.slice(weight.indexOf('=') + 1))
      return { tag, q: Number.isNaN(q) ? 0 : q }
    })
  return ranges
    .filter(({ q }) => q > 0)
    .toSorted((a, b) => b.q - a.q)
    .map(({ tag }) => tag)
}
