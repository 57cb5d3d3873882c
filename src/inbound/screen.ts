/**
 * Inbound: who, or what, wrote this message, and may we answer it by ourselves?
 *
 * Answering a machine is how mail loops start (RFC 3834 §2), so anything doubtful is recorded but
 * never answered. One table: the first rule that fires gives the verdict, all that fire are told.
 */
import { type Address, domainOf, localPartOf } from '../mail/address.ts'
import { autoReplySubjectOf } from '../mail/auto-reply-subject.ts'
import {
  AUTO_REPLY_HEADERS,
  BULK_HEADERS,
  GENERATED_HEADERS,
  LIST_HEADERS,
  SPAM_HEADERS,
  autoSubmittedOf,
  isNoReply,
  signOf,
} from '../mail/auto-submitted.ts'
import { isSystemSender } from '../mail/bounce-text.ts'
import type { Message } from '../mail/message.ts'
import { headerOf, headersOf } from '../mail/message.ts'
import type { Authentication, OwnIdentity, Verdict, VerdictKind } from '../mail/verdict.ts'

interface Facts {
  readonly message: Message
  readonly own: OwnIdentity
  readonly auth: Authentication
}

interface Rule {
  readonly kind: Exclude<VerdictKind, 'person'>
  /** The reason when the rule fires, else null. */
  readonly because: (facts: Facts) => string | null
}

const when = (fires: boolean, because: string): string | null => (fires ? because : null)

/** Order matters: what is ours first, then reports about our mail, then all other machines. */
const RULES: readonly Rule[] = [
  {
    // RFC 3834 §2: our own answer coming back must never be answered again.
    kind: 'loop',
    because: ({ message, own }) =>
      when(
        own.loopMarker !== null && headersOf(message, 'x-postroom-loop').includes(own.loopMarker),
        'carries our own loop marker',
      ),
  },
  {
    kind: 'own',
    because: ({ message, own }) =>
      when(
        message.fromAddresses.length === 1 &&
          message.fromAddresses.every((address) => own.addresses.includes(address)),
        'sent from one of our own addresses',
      ),
  },
  {
    // RFC 3464 §2.3.3: a recipient did not get our mail, or not yet.
    kind: 'bounce',
    because: ({ message }) => bounceReason(message),
  },
  {
    // RFC 6522: other reports (MDN RFC 8098, ARF RFC 5965, delivered or relayed DSN).
    kind: 'report',
    because: ({ message }) => reportReason(message),
  },
  {
    // RFC 3834 §5: a personal responder.
    kind: 'auto_reply',
    because: ({ message }) => {
      const keyword = autoSubmittedOf(message)
      return when(keyword === 'auto-replied', 'Auto-Submitted: auto-replied (RFC 3834)')
    },
  },
  { kind: 'auto_reply', because: ({ message }) => signOf(message, AUTO_REPLY_HEADERS) },
  { kind: 'auto_reply', because: ({ message }) => autoReplySubjectOf(message) },
  { kind: 'spam', because: ({ message }) => signOf(message, SPAM_HEADERS) },
  { kind: 'list', because: ({ message }) => signOf(message, LIST_HEADERS) },
  { kind: 'bulk', because: ({ message }) => signOf(message, BULK_HEADERS) },
  {
    // RFC 3834 §2: anything but "no" must not be answered.
    kind: 'auto_generated',
    because: ({ message }) => {
      const keyword = autoSubmittedOf(message)
      return when(
        keyword !== null && keyword !== 'no' && keyword !== 'auto-replied',
        `Auto-Submitted: ${keyword}`,
      )
    },
  },
  { kind: 'auto_generated', because: ({ message }) => signOf(message, GENERATED_HEADERS) },
  {
    // RFC 5321 §4.5.5: the null reverse-path is for reports, never for people.
    kind: 'auto_generated',
    because: ({ message }) =>
      when(hasNullReturnPath(message), 'null Return-Path (RFC 5321 §4.5.5)'),
  },
  {
    kind: 'auto_generated',
    because: ({ message }) =>
      when(isSystemSender(message.from?.address ?? null), 'sent by a mail system'),
  },
]

function bounceReason(message: Message): string | null {
  const recipients = message.bounce?.recipients ?? []
  const failed = recipients.filter(({ action }) => action === 'failed' || action === null).length
  const delayed = recipients.filter(({ action }) => action === 'delayed').length
  if (failed + delayed === 0) return null
  const how =
    message.reportType === 'delivery-status'
      ? 'delivery status notification (RFC 3464)'
      : `text of a bounce${message.bounce?.system === null ? '' : ` as ${message.bounce?.system} writes it`}`
  return `${how}: ${failed > 0 ? `${failed} failed` : `${delayed} delayed`}`
}

function reportReason(message: Message): string | null {
  if (message.reportType !== null) return `report: ${message.reportType} (RFC 6522)`
  if (message.bounce !== null) return 'delivery status of delivered mail (RFC 3464 §2.3.3)'
  // Feedback loops that do not use RFC 5965 give themselves away by their subject.
  if (/^complaint about message from /i.test(message.subject ?? '')) {
    return 'complaint of a feedback loop'
  }
  return when(
    headerOf(message, 'x-ms-exchange-message-is-ndr') !== null,
    'non-delivery report of Exchange',
  )
}

function hasNullReturnPath(message: Message): boolean {
  return headersOf(message, 'return-path').some((value) => /^<\s*>/.test(value.trim()))
}

/** RFC 5321 §6.3 suggests 100; a mail that travelled half of that is on its way round. */
const HOPS_MAX = 50

/** `root@localhost`: unless our own addresses are there, nobody can be. */
function isUnqualified(address: Address, own: OwnIdentity): boolean {
  const domain = domainOf(address)
  return !domain.includes('.') && !own.addresses.some((ours) => ours.endsWith(`@${domain}`))
}

interface SilenceRule {
  readonly because: (facts: Facts) => string | null
}

/** Why a person's mail may still get no automatic answer. */
const SILENCE: readonly SilenceRule[] = [
  { because: ({ message }) => when(message.fromAddresses.length === 0, 'no usable sender') },
  {
    because: ({ message }) =>
      when(message.fromAddresses.length > 1, 'more than one sender address'),
  },
  {
    because: ({ message }) =>
      when(headersOf(message, 'from').length > 1, 'more than one From header'),
  },
  {
    because: ({ message }) => {
      const address = message.from?.address
      return when(
        address !== undefined && isNoReply(localPartOf(address)),
        'the sender takes no replies',
      )
    },
  },
  {
    because: ({ message, own }) =>
      when(
        message.fromAddresses.some((address) => own.addresses.includes(address)),
        'one of our own addresses',
      ),
  },
  {
    // RFC 5321 §2.3.5: only a fully qualified name is a domain beyond one's own network.
    because: ({ message, own }) =>
      when(
        message.fromAddresses.some((address) => isUnqualified(address, own)),
        'the sender’s domain is no full one',
      ),
  },
  {
    because: ({ message }) =>
      when(headersOf(message, 'received').length > HOPS_MAX, 'too many hops'),
  },
  {
    // RFC 3834 §2: also a foreign loop marker asks for silence.
    because: ({ message }) => when(headerOf(message, 'x-loop') !== null, 'X-Loop is set'),
  },
]

/** The verdict about one message. Pure: the same message gives the same verdict. */
export function screen(message: Message, own: OwnIdentity, auth: Authentication): Verdict {
  const facts = { message, own, auth }
  const fired = RULES.flatMap((rule) => {
    const because = rule.because(facts)
    return because === null ? [] : [{ kind: rule.kind, because }]
  })
  const kind = fired[0]?.kind ?? 'person'
  const silence = SILENCE.flatMap((rule) => rule.because(facts) ?? [])
  const reasons = [...new Set([...fired.map(({ because }) => because), ...silence])]
  return {
    kind,
    reasons: reasons.length === 0 ? ['nothing says that a machine wrote it'] : reasons,
    answerable: kind === 'person' && silence.length === 0,
  }
}
