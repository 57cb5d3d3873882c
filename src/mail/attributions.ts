/**
 * Words that mail clients put around quoted text, those of all languages together. The words are
 * in languages/, one file per language; the rules that read them are in quote-markers.ts.
 */
import { LANGUAGES } from './languages/all.ts'
import type { MailLanguage, QuotedHeader } from './languages/mail-language.ts'
import { phrasesOfAll } from './phrases.ts'

const ofAll = (pick: (language: MailLanguage) => string | undefined): readonly string[] =>
  phrasesOfAll(LANGUAGES.map(pick))

/** "wrote", as the clients' attribution lines say it. Compared in lower case, as a substring. */
export const WROTE = ofAll(({ wrote }) => wrote)

/** How an attribution line begins: "On <date>". Compared in lower case, followed by a space. */
export const ON = ofAll(({ on }) => on)

/** Days that begin attribution lines without "On", in lower case, first letters. */
export const WEEKDAYS = ofAll(({ days }) => days)

/** Labels in lower case, without the colon. One list per header, all languages. */
export const HEADER_LABELS: Readonly<Record<QuotedHeader, readonly string[]>> = {
  from: ofAll(({ labels }) => labels.from),
  date: ofAll(({ labels }) => labels.date),
  to: ofAll(({ labels }) => labels.to),
  cc: ofAll(({ labels }) => labels.cc),
  subject: ofAll(({ labels }) => labels.subject),
  reply: ofAll(({ labels }) => labels.reply),
}

/** What stands between dashes above a quoted mail: "-----Original Message-----". Lower case. */
export const ORIGINAL_MESSAGE = ofAll(({ originalMessage }) => originalMessage)

/** "Begin forwarded message" and "Forwarded message", with or without dashes. Lower case. */
export const FORWARDED_MESSAGE = ofAll(({ forwardedMessage }) => forwardedMessage)

/** "End forwarded message", between dashes below the mail. Lower case. */
export const FORWARDED_END = ofAll(({ forwardedEnd }) => forwardedEnd)

/** "Sent from my phone" lines. Each begins a short line; lower case. */
export const SENT_FROM = ofAll(({ sentFrom }) => sentFrom)
