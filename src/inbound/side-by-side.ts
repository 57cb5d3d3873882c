/**
 * Which messages of a batch may be decided and written side by side.
 *
 * Those that have nothing in common: other people, other conversations. Of two that have, the
 * later one is decided when the earlier one is written: a reply finds the ticket that the message
 * before it opened. Pure.
 */
import type { Address } from '../mail/address.ts'
import type { Message } from '../mail/message.ts'
import { baseSubject, isReplySubject, subjectTag } from '../mail/subject.ts'

/** In rounds, each in the order of arrival. `commonOf` null: it may touch anything, so it is alone. */
export function inRounds<T>(
  batch: readonly T[],
  commonOf: (one: T) => readonly string[] | null,
): T[][] {
  const rounds: T[][] = []
  /** What a key was last seen in; later ones of the same key come after it. */
  const seenIn = new Map<string, number>()
  let notBefore = 0
  for (const one of batch) {
    const keys = commonOf(one)
    const earliest = (keys ?? []).map((key) => (seenIn.get(key) ?? -1) + 1)
    const round = keys === null ? rounds.length : Math.max(notBefore, ...earliest)
    ;(rounds[round] ??= []).push(one)
    for (const key of keys ?? []) seenIn.set(key, round)
    if (keys === null) notBefore = rounds.length
  }
  return rounds
}

/**
 * What a message may have in common with another: people, Message-IDs, and for one that answers
 * something its subject. Whoever answers the same ticket under another subject is found out by the
 * ticket's version.
 *
 * Null: it has no one clear author, it reports on other mail, or it may be an agent's, whose commands
 * touch any ticket and are undone when one of them is refused.
 */
export function commonOf(
  message: Message,
  { own, staff }: { own: ReadonlySet<Address>; staff: ReadonlySet<Address> },
): string[] | null {
  if (message.from === null || message.fromAddresses.length !== 1) return null
  if (staff.has(message.from.address)) return null
  if (message.bounce !== null || message.reportType !== null) return null
  const writers = [message.from, message.sender, message.forwarded?.from ?? null]
  const people = [...writers, ...message.to, ...message.cc, ...message.replyTo]
    .flatMap((who) => (who === null || who.address === null ? [] : [who.address]))
    .filter((address) => !own.has(address))
  const ancestors = [...message.inReplyTo, ...message.references]
  const ids = message.messageId === null ? ancestors : [...ancestors, message.messageId]
  const { subject } = message
  const answers = ancestors.length > 0 || isReplySubject(subject) || subjectTag(subject) !== null
  return [...people, ...ids, ...(answers ? [`subject ${baseSubject(subject)}`] : [])]
}
