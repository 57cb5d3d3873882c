/**
 * Outbound step 2: writes what is owed to one person as an outbox row with its exact bytes,
 * inside the transaction that caused it. notices.ts decides who gets what.
 */
import { randomId } from '../ids.ts'
import { domainOf, type NamedAddress } from '../mail/address.ts'
import type { Tokens } from '../reply-token.ts'
import type { Tx } from '../store/open.ts'
import { insertOutbox, type NewOutbox, type NoticeKind, setSource } from '../store/outbox.ts'
import { findSuppression, type SuppressionReason } from '../store/suppressions.ts'
import type { Inbox } from '../ticket/inbox.ts'
import {
  type Automation,
  compose,
  type ComposeInput,
  type OutgoingAttachment,
  subaddress,
} from './compose.ts'
import { toMime } from './mime.ts'
import type { Rendered, Templates } from './templates.ts'

export interface OutboundContext {
  readonly templates: Templates
  readonly tokens: Tokens
  /** Recognises our own automatic mail when it comes back. */
  readonly loopMarker: string
  readonly publicUrl: string
  /** May customers be sent links to the desk? Not to an address that only this machine knows. */
  readonly linksForCustomers: boolean
  readonly inboxes: readonly Inbox[]
}

export interface Owed {
  readonly inbox: Inbox
  readonly ticketId: number
  readonly commentId: number | null
  readonly recipient: NamedAddress & { readonly userId: number }
  readonly kind: NoticeKind
  readonly rendered: Rendered
  readonly fromName: string
  /** Visible recipients; the envelope always goes to `recipient` alone. */
  readonly to: readonly NamedAddress[]
  readonly cc: readonly NamedAddress[]
  readonly conversation: ComposeInput['conversation']
  /** Headers of this kind of notice alone: name, value. */
  readonly headers?: ComposeInput['headers']
  /** Message-IDs of the thread as the recipient knows it, oldest first. */
  readonly thread: readonly string[]
  readonly attachments: readonly OutgoingAttachment[]
  readonly automation: 'none' | 'auto-replied' | 'auto-generated'
  readonly verified: boolean
  readonly outcome: NewOutbox['outcome']
  readonly dueAt: Date | null
  readonly detail: string | null
}

/** 80 random bits: two messages with one token never share a Message-ID. */
const NONCE_BYTES = 10

const SUPPRESSED: Readonly<Record<SuppressionReason, string>> = {
  hard_bounce: 'no automatic mail: earlier mail to this address came back',
  asked: 'no automatic mail: this person asked for none',
  by_hand: 'no automatic mail: an admin wants none to this address',
}

/** Writes one row and its bytes; returns the row's id. */
export async function enqueue(
  tx: Tx,
  context: OutboundContext,
  owed: Owed,
  at: Date,
): Promise<number> {
  const { inbox, recipient } = owed
  const suppressed =
    owed.automation === 'none' ? null : await findSuppression(tx, recipient.address)
  const outcome = suppressed === null ? owed.outcome : 'suppressed'
  const token = context.tokens.make({
    kind: 'reply',
    ticketId: owed.ticketId,
    userId: recipient.userId,
  })
  const messageId = `${token}.${randomId(NONCE_BYTES)}@${domainOf(inbox.address)}`
  const id = await insertOutbox(
    tx,
    {
      inboxId: inbox.id,
      ticketId: owed.ticketId,
      commentId: owed.commentId,
      userId: recipient.userId,
      kind: owed.kind,
      automatic: owed.automation !== 'none',
      messageId,
      rcptTo: recipient.address,
      outcome,
      dueAt: outcome === 'queued' ? owed.dueAt : null,
      detail: suppressed === null ? owed.detail : SUPPRESSED[suppressed.reason],
      verified: owed.verified,
    },
    at,
  )
  const fields = compose({
    from: { address: inbox.address, name: owed.fromName },
    to: owed.to,
    cc: owed.cc,
    token,
    plusAddressing: inbox.plusAddressing,
    messageId,
    thread: owed.thread.filter((id) => mayKnow(context, recipient.userId, id)),
    rendered: owed.rendered,
    date: at,
    automation: automationOf(owed, context),
    ticketId: owed.ticketId,
    conversation: owed.conversation,
    headers: owed.headers ?? [],
    attachments: owed.attachments,
  })
  await setSource(tx, id, {
    source: await toMime(fields),
    mailFrom: returnPath(context, { inbox, automatic: owed.automation !== 'none' }, id),
  })
  return id
}

/**
 * Ids of ours carry a token, and the References of a customer's mail may carry those that were
 * sent to him: nobody else gets to see them.
 */
function mayKnow({ tokens }: OutboundContext, userId: number, id: string): boolean {
  const claims = tokens.verify(id.slice(0, Math.max(0, id.indexOf('.'))))
  return claims === null || (claims.kind === 'reply' && claims.userId === userId)
}

function automationOf(owed: Owed, context: OutboundContext): Automation {
  return owed.automation === 'none'
    ? { kind: 'none' }
    : { kind: owed.automation, loopMarker: context.loopMarker }
}

/** Tells which delivery bounced, where the inbox can carry that; RFC 3834 §3.3 otherwise. */
export function returnPath(
  { tokens }: Pick<OutboundContext, 'tokens'>,
  { inbox, automatic }: { inbox: Inbox; automatic: boolean },
  outboxId: number,
): string {
  const tag = `b.${tokens.make({ kind: 'bounce', outboxId })}`
  const tagged = inbox.plusAddressing ? subaddress(inbox.address, tag) : null
  return tagged ?? (automatic ? '' : inbox.address)
}
