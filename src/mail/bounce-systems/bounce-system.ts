/**
 * How one mail system writes its bounces for people, as data. Every list is lower case, its phrases
 * separated by bars and found anywhere in the subject, the text or the line. None of them makes a
 * bounce by itself: bounce-text.ts asks for the sender, too.
 */
export interface BounceSystem {
  /** As reasons name it. */
  readonly name: string
  /** In its text and in no other system's: what its name is told by. */
  readonly marks?: string
  /** In the subject of its notifications. */
  readonly subjects?: string
  /** In its text, about the failure. */
  readonly statements?: string
  /** In the line above the returned original; nothing below it is about the failure. */
  readonly original?: string
}
