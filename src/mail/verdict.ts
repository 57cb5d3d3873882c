/** What screening says about a message: what wrote it, why we think so, and whether we may answer. */
export const VERDICTS = [
  'person',
  'auto_reply',
  'bounce',
  'report',
  'list',
  'bulk',
  'auto_generated',
  'spam',
  'loop',
  'own',
] as const

export type VerdictKind = (typeof VERDICTS)[number]

export interface Verdict {
  readonly kind: VerdictKind
  /** The rules that fired, most decisive first, each a sentence fragment for people. */
  readonly reasons: readonly string[]
  /** May an automatic answer go out? True only for `person` with one clear, usable sender. */
  readonly answerable: boolean
}

/** What we know about ourselves, for screening: facts of the configuration, not of the message. */
export interface OwnIdentity {
  /** Addresses and aliases of every inbox, lower-case. */
  readonly addresses: readonly string[]
  /** Value of our loop marker header; null when not known (explain without configuration). */
  readonly loopMarker: string | null
  /** Whose Authentication-Results we believe (RFC 8601 §2.5), or null: nobody's. */
  readonly authservId: string | null
}

/** Authentication evidence read from our own server's Authentication-Results (RFC 8601). */
export interface Authentication {
  readonly spf: string | null
  readonly dkim: string | null
  readonly dmarc: string | null
  /** A pass that is aligned with the From domain. */
  readonly aligned: boolean
  /** The authserv-id that said so, or null when nobody trusted did. */
  readonly source: string | null
}
