/**
 * Message-ID values (RFC 5322 §3.6.4), kept without their angle brackets.
 *
 * The brand means "came out of parseMessageIds()": code that takes a MessageId never has to ask
 * whether it is trimmed, bracketed or empty.
 */
export type MessageId = string & { readonly __brand: 'MessageId' }

/** The grammar allows no white space inside an id, but some clients fold the header there. */
const BRACKETED = /<([^<>]+)>/g

/** A References header is capped so that a hostile one cannot make us look up 10,000 ids. */
export const MESSAGE_IDS_MAX = 200
/** RFC 5322 §2.1.1: a line is at most 998 characters, and an id cannot be folded. */
const MESSAGE_ID_LENGTH_MAX = 998
/** Longer headers are read from their end: the last ids are the nearest ancestors. */
const HEADER_LENGTH_MAX = 200_000

/**
 * Reads Message-ID, In-Reply-To or References, oldest first, each id once. Malformed parts are
 * skipped, never guessed; of a long list the last {@link MESSAGE_IDS_MAX} are kept.
 */
export function parseMessageIds(headerValue: string | null | undefined): MessageId[] {
  const found = [...(headerValue ?? '').slice(-HEADER_LENGTH_MAX).matchAll(BRACKETED)]
    .map((match) => (match[1] ?? '').replace(/[\s\p{Cc}]+/gu, ''))
    .filter((id) => id.length > 0 && id.length <= MESSAGE_ID_LENGTH_MAX)
  return [...new Set(found)].slice(-MESSAGE_IDS_MAX) as MessageId[]
}

/**
 * References or In-Reply-To, oldest first. Some writers forget the brackets: where nothing is
 * bracketed, each word with an @ in its middle is an id. A claim like the others, never proof.
 */
export function parseReferences(headerValue: string | null | undefined): MessageId[] {
  const ids = parseMessageIds(headerValue)
  if (ids.length > 0) return ids
  const words = (headerValue ?? '').slice(-HEADER_LENGTH_MAX).split(/[\s,<>]+/)
  const bare = words.filter((word) => word.indexOf('@') > 0 && !word.endsWith('@'))
  return parseMessageIds(bare.map((word) => `<${word}>`).join(''))
}
