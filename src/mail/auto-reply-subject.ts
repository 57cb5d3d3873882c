/**
 * Subjects of absence notes and other automatic replies. What responders alone write decides by
 * itself; words that people use too count only together with a second sign, because an automatic
 * reply is hidden and a customer's mail must not be.
 */
import { LANGUAGES } from './languages/all.ts'
import type { AutomaticPhrases } from './languages/mail-language.ts'
import type { Message } from './message.ts'
import { phrasesOfAll } from './phrases.ts'
import { isReplySubject, subjectTag } from './subject.ts'

const ofAll = (pick: (words: AutomaticPhrases) => string | undefined): readonly string[] =>
  phrasesOfAll(LANGUAGES.map(({ automatic }) => pick(automatic ?? {})))

/** Followed by a colon, a dash or nothing. "Automatic reply does not work" is a person. */
const DECISIVE = ofAll(({ subjects }) => subjects)

/** Said by responders, sometimes by people. */
const TELLING = ofAll(({ sayings }) => sayings)

/** Single words; they count only where no other word goes on with them. */
const TELLING_WORDS = ofAll(({ singleWords }) => singleWords)

/** With a name before it. */
const TELLING_ANYWHERE = ofAll(({ anywhere }) => anywhere)

/** How the text of an absence note begins, in the languages seen most. */
const IN_TEXT = ofAll(({ inText }) => inText)

/** Marks that gateways and lists put in front. */
const TAGS = /^(?:\[[^\]]{1,40}\]\s*){1,5}/
const BRACKETED = /[([【]([^()[\]【】]{2,60})[)\]】]/g
/** Nothing, a colon or a dash: the phrase is all that was said, what follows is what it answers. */
const ENDS = /^\s{0,3}(?:[!.]{0,3}$|[:：]|[-–—|]\s)/
/** ... or a date: "until May 5", "vom 3. bis 5." */
const ENDS_OR_DATE = /^\s{0,3}(?:[!.]{0,3}$|[:：,(]|[-–—|]\s|(?:\p{L}{1,9}['’. ]{1,2}){0,3}\d)/u
const SUBJECT_LENGTH_MAX = 300
/** Characters and lines of the text that a responder needs to say what it is. */
const TEXT_LENGTH_MAX = 1_000
const TEXT_LINES_MAX = 6

type Asked = Pick<Message, 'subject' | 'inReplyTo' | 'references' | 'text'>

/** Why the subject is that of an automatic reply, or null. Only asked when no header decides. */
export function autoReplySubjectOf(message: Asked): string | null {
  const whole = (message.subject ?? '').slice(0, SUBJECT_LENGTH_MAX).toLowerCase().trim()
  const isAnswer = isReplySubject(whole)
  const bracketed = [...whole.matchAll(BRACKETED)].some(([, inner = '']) =>
    DECISIVE.includes(inner.trim()),
  )
  if (bracketed && (!isAnswer || saysSo(message))) return 'the subject is marked as automatic reply'
  const own = whole.replace(TAGS, '')
  // A client puts "Re:" before it when a person answers an absence note.
  if (isAnswer || isReplySubject(own)) return null
  if (restAfter(own, DECISIVE).some((rest) => ENDS.test(rest))) {
    return 'the subject is that of an automatic reply'
  }
  const telling = [
    ...restAfter(own, [...DECISIVE, ...TELLING]).filter((rest) => !continuesWord(rest)),
    ...restAfter(own, TELLING_WORDS).filter((rest) => ENDS_OR_DATE.test(rest)),
  ]
  if (telling.length === 0 && !TELLING_ANYWHERE.some((phrase) => own.includes(phrase))) return null
  const answers = message.inReplyTo.length > 0 || message.references.length > 0
  return answers || telling.some(namesAnswered) || saysSo(message)
    ? 'subject and circumstances are those of an automatic reply'
    : null
}

function restAfter(subject: string, starts: readonly string[]): string[] {
  return starts.flatMap((start) => (subject.startsWith(start) ? [subject.slice(start.length)] : []))
}

/** "Oooh" does not begin with "ooo". Languages without spaces go on at once. */
const continuesWord = (rest: string): boolean =>
  /^[\p{L}\p{N}]/u.test(rest) &&
  !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(rest)

/** Behind the colon stands the subject that is answered: with "Re:", or with a tag of ours. */
function namesAnswered(rest: string): boolean {
  const colon = /^\s{0,3}[:：]\s{0,5}/.exec(rest)
  if (colon === null) return false
  const answered = rest.slice(colon[0].length)
  return isReplySubject(answered) || subjectTag(answered) !== null
}

function saysSo({ text }: Pick<Message, 'text'>): boolean {
  const beginning = text.reply
    .slice(0, TEXT_LENGTH_MAX)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, TEXT_LINES_MAX)
    .join(' ')
    .toLowerCase()
  return IN_TEXT.some((phrase) => beginning.includes(phrase))
}
