/**
 * Mail about accounts: codes, and what became of them. It belongs to no ticket, comes from the
 * first inbox and names nobody, for anybody can type in anybody's address.
 */
import { randomId } from '../ids.ts'
import { type Address, domainOf } from '../mail/address.ts'
import type { Tx } from '../store/open.ts'
import { insertOutbox, setSource } from '../store/outbox.ts'
import type { Inbox } from '../ticket/inbox.ts'
import type { User } from '../ticket/user.ts'
import { automationHeaders } from './compose.ts'
import { type OutboundContext, returnPath } from './enqueue.ts'
import { toMime } from './mime.ts'
import type { AccountValues, CodeValues } from './template-values.ts'
import type { Rendered } from './templates.ts'

type Recipient = Pick<User, 'id' | 'email' | 'locale'>

/** Nothing is sent where no inbox is configured. */
export async function mailCode(
  tx: Tx,
  context: OutboundContext,
  mail: { recipient: Recipient } & Omit<CodeValues, 'inbox'>,
  at: Date,
): Promise<void> {
  const { recipient, ...values } = mail
  await mailFromFirstInbox(tx, context, recipient, at, (inbox, locales) =>
    context.templates.render('code', { locales, inbox }, { inbox, ...values }),
  )
}

/** @param mail.person only for `waiting`. */
export async function mailNews(
  tx: Tx,
  context: OutboundContext,
  mail: { recipient: Recipient; news: AccountValues['news']; person?: Address },
  at: Date,
): Promise<void> {
  const { recipient, news, person = '' } = mail
  const values = { news, person, url: context.publicUrl }
  await mailFromFirstInbox(tx, context, recipient, at, (inbox, locales) =>
    context.templates.render('account', { locales, inbox }, { inbox, ...values }),
  )
}

/** 128 random bits. */
const NONCE_BYTES = 16

async function mailFromFirstInbox(
  tx: Tx,
  context: OutboundContext,
  recipient: Recipient,
  at: Date,
  render: (inbox: Inbox, locales: readonly (string | null)[]) => Rendered,
): Promise<void> {
  const [inbox] = context.inboxes
  if (inbox === undefined) return
  const rendered = render(inbox, [recipient.locale])
  await mailRendered(tx, context, { inbox, recipient, rendered }, at)
}

/** Mail that belongs to no ticket, as it was rendered. */
export async function mailRendered(
  tx: Tx,
  context: OutboundContext,
  { inbox, recipient, rendered }: { inbox: Inbox; recipient: Recipient; rendered: Rendered },
  at: Date,
): Promise<void> {
  const messageId = `${randomId(NONCE_BYTES)}@${domainOf(inbox.address)}`
  const id = await insertOutbox(
    tx,
    {
      inboxId: inbox.id,
      ticketId: null,
      commentId: null,
      userId: recipient.id,
      kind: 'system',
      automatic: true,
      messageId,
      rcptTo: recipient.email,
      outcome: 'queued',
      dueAt: at,
      detail: null,
      verified: true,
    },
    at,
  )
  const source = await toMime({
    from: { address: inbox.address, name: inbox.name },
    to: [{ address: recipient.email, name: null }],
    cc: [],
    replyTo: null,
    subject: rendered.subject,
    messageId,
    inReplyTo: null,
    references: [],
    date: at,
    text: rendered.text,
    html: rendered.html,
    attachments: [],
    headers: [
      ['Content-Language', rendered.locale],
      ...automationHeaders({ kind: 'auto-generated', loopMarker: context.loopMarker }),
    ],
  })
  await setSource(tx, id, { source, mailFrom: returnPath(context, { inbox, automatic: true }, id) })
}
