/**
 * What one language contributes to reading mail: the words that clients, responders and people put
 * around a text. Every list is lower case, its entries separated by bars, and may be left out.
 *
 * A language needs `code` and `labels`; the rules that use the lists are in attributions.ts (by
 * what they mean), subject.ts, auto-reply-subject.ts and language.ts.
 */

/** Which header a label names, in the blocks Outlook and others put above a quoted mail. */
export type QuotedHeader = 'from' | 'date' | 'to' | 'cc' | 'subject' | 'reply'

export interface MailLanguage {
  /** BCP 47. */
  readonly code: string
  /** "wrote", as attribution lines say it; found anywhere in the line. */
  readonly wrote?: string
  /** How an attribution line begins: "On <date>"; a space follows. */
  readonly on?: string
  /** Days that begin attribution lines without "On", shortened; `_` is a space that must follow. */
  readonly days?: string
  /** Labels of header blocks, without the colon. `reply`: any other header, not to be shown. */
  readonly labels: Readonly<Partial<Record<QuotedHeader, string>>>
  /** Between dashes above a quoted mail: "-----Original Message-----"; how the words begin. */
  readonly originalMessage?: string
  /** "Forwarded message", "Begin forwarded message"; how the words begin. */
  readonly forwardedMessage?: string
  /** Between dashes below a forwarded mail: "End forwarded message"; all of the words. */
  readonly forwardedEnd?: string
  /** "Sent from my phone": how such a short line begins. */
  readonly sentFrom?: string
  /** In front of the subject of a reply, without the colon. */
  readonly replyPrefixes?: string
  /** ... and of a forward. */
  readonly forwardPrefixes?: string
  readonly automatic?: AutomaticPhrases
  readonly bounce?: BouncePhrases
  readonly courtesy?: CourtesyPhrases
  /** Letters that few languages have, for telling the language. */
  readonly letters?: string
  /** Frequent small words that are rare in the neighbouring languages, separated by spaces. */
  readonly commonWords?: string
}

/** What a mail that says thanks and nothing else consists of. */
export interface CourtesyPhrases {
  readonly thanks: string
  /** What may stand beside them and asks for nothing; whole words. */
  readonly filling?: string
  /** In front of a name. */
  readonly greetings?: string
}

/** Translated bounces; a bounce system of its own country has its words in bounce-systems/. */
export interface BouncePhrases {
  /** Anywhere in the subject. */
  readonly subjects?: string
  /** Anywhere in the text about the failure. */
  readonly statements?: string
}

/** Words of absence notes and other automatic replies. */
export interface AutomaticPhrases {
  /** Only responders begin a subject like that: it decides by itself. */
  readonly subjects?: string
  /** Said by responders, sometimes by people: counts together with another sign. */
  readonly sayings?: string
  /** Single words; they count only where no other word goes on with them. */
  readonly singleWords?: string
  /** With a name before it, anywhere in the subject. */
  readonly anywhere?: string
  /** Near the beginning of the text. */
  readonly inText?: string
}
