/** Subjects: prefixes of replies and forwards in many languages, and our own tag. */
import { LANGUAGES } from './languages/all.ts'
import { phrasesOfAll } from './phrases.ts'

/** An expression of our own words, longest first, so that a prefix of another one never wins. */
const anyOf = (words: readonly string[]): string =>
  words
    .toSorted((a, b) => b.length - a.length)
    .map(escapeRegExp)
    .join('|')

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** What clients put in front of the subject of a reply. */
const REPLY_PREFIXES = phrasesOfAll(LANGUAGES.map(({ replyPrefixes }) => replyPrefixes))

/** ... and of a forward. */
const FORWARD_PREFIXES = phrasesOfAll(LANGUAGES.map(({ forwardPrefixes }) => forwardPrefixes))

const COUNT = '(?:\\s?[\\[(*^]\\d{1,3}[\\])*]?)?'
const REPLY = new RegExp(`^(?:${anyOf(REPLY_PREFIXES)})${COUNT}\\s{0,3}[:：]\\s{0,10}`, 'iu')
const FORWARD = new RegExp(`^(?:${anyOf(FORWARD_PREFIXES)})${COUNT}\\s{0,3}[:：]\\s{0,10}`, 'iu')
const FORWARD_TAIL = /\s\((?:fwd|fw)\)$/i

const SUBJECT_LENGTH_MAX = 1_000
const PREFIXES_MAX = 30

/**
 * The subject without reply and forward prefixes and without our tag (RFC 5322 §3.6.5, RFC 5256
 * §2.1 in spirit), for comparing and for "Re: ..." of our own.
 */
export function baseSubject(subject: string | null): string {
  let rest = (subject ?? '').slice(0, SUBJECT_LENGTH_MAX).trim()
  for (let removed = 0; removed < PREFIXES_MAX; removed++) {
    const shorter = rest
      .replace(/^\[#\d{1,16}\]\s{0,10}/, '')
      .replace(REPLY, '')
      .replace(FORWARD, '')
    if (shorter === rest) break
    rest = shorter
  }
  return rest.trim()
}

/** Does the outermost prefix say "forwarded"? Prefixes that also mean "reply" do not count. */
export function isForwardSubject(subject: string | null): boolean {
  const text = (subject ?? '').slice(0, SUBJECT_LENGTH_MAX).trim()
  return (
    (FORWARD.test(text) && !REPLY.test(text)) ||
    FORWARD_TAIL.test(text) ||
    /^(?:tr|vs)\s{0,3}:/i.test(text)
  )
}

/** Does the outermost prefix say "reply"? */
export function isReplySubject(subject: string | null): boolean {
  return REPLY.test((subject ?? '').slice(0, SUBJECT_LENGTH_MAX).trim())
}

const TAG = /\[#([^\]]{0,40})\]/g

/**
 * The ticket number of `[#123]`: exactly decimal digits, positive, a safe integer; anything else
 * that looks like a tag is ignored. A claim, never proof.
 */
export function subjectTag(subject: string | null): number | null {
  for (const [, digits = ''] of (subject ?? '').slice(0, SUBJECT_LENGTH_MAX).matchAll(TAG)) {
    if (!/^[1-9]\d{0,15}$/.test(digits)) continue
    const number = Number(digits)
    if (Number.isSafeInteger(number)) return number
  }
  return null
}
