/**
 * The explanation of a message: everything reading and screening found out, as the JSON of the
 * contract. The command line, the API and the dashboard show exactly this object.
 */
import type { NamedAddress } from '../mail/address.ts'
import { headersOf } from '../mail/message.ts'
import type { Attachment, BounceReport, Forwarded, Message } from '../mail/message.ts'
import { subjectTag } from '../mail/subject.ts'
import type { Authentication, Verdict, VerdictKind } from '../mail/verdict.ts'
import type { Evidence, Threading } from './thread.ts'
import type { Decision } from './triage.ts'

export interface Explanation {
  readonly message_id: string | null
  readonly date: string | null
  readonly subject: string | null
  readonly from: ExplainedAddress | null
  readonly sender: ExplainedAddress | null
  readonly reply_to: readonly ExplainedAddress[]
  readonly to: readonly ExplainedAddress[]
  readonly cc: readonly ExplainedAddress[]
  readonly verdict: VerdictKind
  readonly verdict_reasons: readonly string[]
  readonly answerable: boolean
  readonly reply_text: string
  readonly quoted_text: string | null
  readonly signature_text: string | null
  readonly full_text: string
  readonly html: string | null
  readonly forwarded: ExplainedForward | null
  readonly bounce: ExplainedBounce | null
  readonly attachments: readonly ExplainedAttachment[]
  readonly references: readonly string[]
  readonly in_reply_to: readonly string[]
  readonly reply_token: string | null
  readonly subject_tag: number | null
  readonly authentication: Authentication
  readonly language: string | null
  readonly commands: readonly string[]
  readonly problems: readonly string[]
  /** Only where a desk was asked: which tickets the message names, and whether that counts. */
  readonly threading?: readonly Evidence[]
  /** Only where a desk was asked: what it would make of the message now, and why. */
  readonly decision?: ExplainedDecision
}

export interface ExplainedDecision {
  readonly do: Decision['do']
  readonly because: string
  /** How the ticket was found; null: none was. */
  readonly trust: Threading['trust']
  /** Did the sender prove himself: by his own token, or by our server's word? */
  readonly proven: boolean
}

export interface ExplainedAddress {
  readonly address: string | null
  readonly name: string | null
}

export interface ExplainedForward {
  readonly from: ExplainedAddress
  readonly subject: string | null
  readonly date: string | null
  readonly text: string
  readonly note: string
}

export interface ExplainedBounce {
  readonly recipients: BounceReport['recipients']
  readonly original_message_id: string | null
}

export interface ExplainedAttachment {
  readonly filename: string | null
  readonly content_type: string
  readonly size: number
  readonly sha256: string
  readonly inline: boolean
  readonly content_id: string | null
}

/** What only somebody with configuration or a database can add. */
export interface ExplainedContext {
  /** The reply token found in the message, as it stands there. */
  readonly replyToken?: string | null
  /** The agent commands the message starts with. */
  readonly commands?: readonly string[]
  readonly threading?: readonly Evidence[]
  readonly decision?: ExplainedDecision
}

export function explain(
  message: Message,
  verdict: Verdict,
  authentication: Authentication,
  context: ExplainedContext = {},
): Explanation {
  return {
    message_id: message.messageId,
    date: message.date,
    subject: message.subject,
    from: message.from === null ? null : named(message.from),
    sender: message.sender === null ? null : named(message.sender),
    reply_to: message.replyTo.map(named),
    to: message.to.map(named),
    cc: message.cc.map(named),
    verdict: verdict.kind,
    verdict_reasons: verdict.reasons,
    answerable: verdict.answerable,
    reply_text: message.text.reply,
    quoted_text: orNull(message.text.quoted),
    signature_text: orNull(message.text.signature),
    full_text: message.text.full,
    html: message.html,
    forwarded: message.forwarded === null ? null : forwardOf(message.forwarded),
    bounce: message.bounce === null ? null : bounceOf(message.bounce),
    attachments: message.attachments.map(attachmentOf),
    references: message.references,
    in_reply_to: message.inReplyTo,
    reply_token: context.replyToken === undefined ? tokenShapeIn(message) : context.replyToken,
    subject_tag: subjectTag(message.subject),
    authentication,
    language: message.language,
    commands: context.commands ?? [],
    problems: message.problems,
    ...(context.threading === undefined ? {} : { threading: context.threading }),
    ...(context.decision === undefined ? {} : { decision: context.decision }),
  }
}

const named = ({ address, name }: NamedAddress): ExplainedAddress => ({ address, name })

const orNull = (text: string): string | null => (text === '' ? null : text)

function forwardOf({ from, subject, date, text, note }: Forwarded): ExplainedForward {
  return { from: { address: from.address, name: from.name }, subject, date, text, note }
}

function bounceOf({ recipients, originalMessageId }: BounceReport): ExplainedBounce {
  return { recipients, original_message_id: originalMessageId }
}

function attachmentOf(attachment: Attachment): ExplainedAttachment {
  return {
    filename: attachment.filename,
    content_type: attachment.contentType,
    size: attachment.size,
    sha256: attachment.sha256,
    inline: attachment.inline,
    content_id: attachment.contentId,
  }
}

/** Headers a reply token may come back in: it stands after a plus sign or in our Message-ID. */
const TOKEN_HEADERS = ['to', 'cc', 'delivered-to', 'x-original-to', 'in-reply-to', 'references']
/** 14 bytes and more in lower-case base32; shorter tags are people's own. */
const TOKEN_SHAPE = /\+(?:b\.)?([a-z2-7]{24,64})@/i

/** Without our keys nobody can verify a token; this only shows what looks like one. */
function tokenShapeIn(message: Message): string | null {
  for (const name of TOKEN_HEADERS) {
    for (const value of headersOf(message, name)) {
      const found = TOKEN_SHAPE.exec(value.slice(0, 10_000))
      if (found !== null) return (found[1] ?? '').toLowerCase()
    }
  }
  return null
}

/** An answer for something that could not be read at all. */
export function unreadableExplanation(problem: string): Explanation {
  return {
    message_id: null,
    date: null,
    subject: null,
    from: null,
    sender: null,
    reply_to: [],
    to: [],
    cc: [],
    verdict: 'person',
    verdict_reasons: ['the message could not be read'],
    answerable: false,
    reply_text: '',
    quoted_text: null,
    signature_text: null,
    full_text: '',
    html: null,
    forwarded: null,
    bounce: null,
    attachments: [],
    references: [],
    in_reply_to: [],
    reply_token: null,
    subject_tag: null,
    authentication: { spf: null, dkim: null, dmarc: null, aligned: false, source: null },
    language: null,
    commands: [],
    problems: [problem],
  }
}
