/** What a notice says: thin JSON by default, or a line of text for chats and phones. */
import { withoutTicketLinks } from '../reply-token.ts'
import type { Comment } from '../ticket/comment.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import type { WebhookFormat } from '../store/webhooks.ts'

/** An event with what is known about it now. */
export interface EventFacts {
  readonly type: string
  readonly eventId: number | null
  readonly at: Date
  readonly actor: {
    readonly type: string
    readonly id: number | null
    readonly name: string | null
  }
  readonly changes: Readonly<Record<string, unknown>>
  readonly ticket: {
    readonly ticket: Ticket
    readonly inbox: string | null
    readonly requester: User | null
    readonly assignee: User | null
  } | null
  readonly comment: { readonly comment: Comment; readonly author: User | null } | null
}

/** Of a text that goes along; the body stays below the 20 kB that the specification advises. */
const TEXT_LENGTH_MAX = 4_000
const SUBJECT_LENGTH_MAX = 500
/** Characters of a name in a line of text: whoever writes to the desk chooses his own. */
const NAME_LENGTH_MAX = 100

/** The body as Standard Webhooks has it: `{"type", "timestamp", "data"}`. */
export function payloadOf(
  facts: EventFacts,
  { includeBodies, publicUrl }: { includeBodies: boolean; publicUrl: string },
): string {
  return JSON.stringify({
    type: facts.type,
    timestamp: facts.at.toISOString(),
    data: {
      event_id: facts.eventId,
      actor: facts.actor,
      ticket: ticketOf(facts, { includeBodies, publicUrl }),
      comment: commentOf(facts, includeBodies),
      changes: facts.changes,
    },
  })
}

function ticketOf(
  { ticket: view }: EventFacts,
  { includeBodies, publicUrl }: { includeBodies: boolean; publicUrl: string },
) {
  if (view === null) return null
  const { ticket, requester, assignee, inbox } = view
  return {
    id: ticket.id,
    subject: ticket.subject.slice(0, SUBJECT_LENGTH_MAX),
    status: ticket.status,
    status_category: ticket.statusCategory,
    priority: ticket.priority,
    category: ticket.category,
    tags: ticket.tags,
    inbox,
    assignee: assignee === null ? null : { id: assignee.id, name: assignee.name },
    ...(includeBodies
      ? {
          requester: requester && {
            id: requester.id,
            email: requester.email,
            name: requester.name,
          },
        }
      : {}),
    url: `${publicUrl}/tickets/${ticket.id}`,
    version: ticket.version,
  }
}

function commentOf({ comment: view }: EventFacts, includeBodies: boolean) {
  if (view === null) return null
  const { comment, author } = view
  // The link that shows a customer his ticket lets its receiver write in his name.
  const text = withoutTicketLinks(comment.text)
  return {
    id: comment.id,
    visibility: comment.visibility,
    author: { type: comment.authorType, id: author?.id ?? null, name: author?.name ?? null },
    // What is among agents stays there, and with it mail that proves who reads it.
    ...(includeBodies && comment.visibility === 'public'
      ? { text: text.slice(0, TEXT_LENGTH_MAX), text_cut: text.length > TEXT_LENGTH_MAX }
      : {}),
  }
}

/** What one attempt sends. */
export interface Rendered {
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** @param payload made by {@link payloadOf} */
export function render(format: WebhookFormat, payload: string): Rendered {
  if (format === 'json') return { contentType: 'application/json', headers: {}, body: payload }
  const { type, data } = JSON.parse(payload) as Payload
  return format === 'slack' ? slack(type, data) : ntfy(type, data)
}

interface Payload {
  readonly type: string
  readonly data: PayloadData
}

interface PayloadData {
  readonly actor: { readonly name: string | null }
  readonly ticket: {
    readonly id: number
    readonly subject: string
    readonly status: string
    readonly priority: string
    readonly url: string
  } | null
  readonly comment: {
    readonly visibility: string
    readonly author: { readonly name: string | null }
    readonly text?: string
  } | null
  readonly changes: Readonly<Record<string, unknown>>
}

/** Understood by Slack, Mattermost, Rocket.Chat and Discord's /slack address. */
function slack(type: string, data: PayloadData): Rendered {
  const { ticket, comment } = data
  const where =
    ticket === null ? '' : `<${ticket.url}|#${ticket.id} ${forSlack(oneLine(ticket.subject))}>`
  const said = comment?.text === undefined ? '' : `\n${forSlack(comment.text)}`
  const text = `*${forSlack(happening(type, data))}* ${where}`.trim() + said
  return { contentType: 'application/json', headers: {}, body: JSON.stringify({ text }) }
}

/** Slack's own rule: these three and no others. `|` would end the address of a link. */
const forSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('|', '¦')

/** Control characters would end a header or start a line that we did not write. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()

const nameIn = (name: string): string =>
  Array.from(oneLine(name)).slice(0, NAME_LENGTH_MAX).join('')

const NTFY_PRIORITY: Readonly<Record<string, string>> = { urgent: '5', high: '4', low: '2' }

/** ntfy.sh: the text is the body, the rest are headers. */
function ntfy(type: string, data: PayloadData): Rendered {
  const { ticket, comment } = data
  const title = `${ticket === null ? '' : `#${ticket.id} `}${happening(type, data)}`
  const lines = [ticket?.subject ?? '', comment?.text ?? ''].filter((line) => line !== '')
  return {
    contentType: 'text/plain; charset=utf-8',
    headers: {
      Title: headerText(oneLine(title)),
      Tags: type.replace('.', '_'),
      Priority: NTFY_PRIORITY[ticket?.priority ?? ''] ?? '3',
      ...(ticket === null ? {} : { Click: ticket.url }),
    },
    body: lines.join('\n') || title,
  }
}

/** RFC 2047 §2, which ntfy reads: header fields carry nothing but ASCII. */
const headerText = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`

const HAPPENINGS: Readonly<Record<string, string>> = {
  'ticket.created': 'New ticket',
  'ticket.updated': 'Ticket changed',
  'ticket.status_changed': 'Status',
  'delivery.changed': 'Delivery',
  'inbox.changed': 'Inbox changed',
  'user.changed': 'User changed',
  'webhook.changed': 'Webhook changed',
  'webhook.test': 'Test from Postroom',
}

function happening(type: string, { ticket, comment, changes }: PayloadData): string {
  if (type === 'comment.created' && comment !== null) {
    const who = comment.author.name === null ? '' : ` by ${nameIn(comment.author.name)}`
    return `${comment.visibility === 'internal' ? 'Note' : 'Comment'}${who}`
  }
  const words = HAPPENINGS[type] ?? type
  if (type === 'ticket.status_changed') return `${words}: ${ticket?.status ?? ''}`
  if (type === 'delivery.changed') return `${words} ${textOf(changes['outcome'])}`.trim()
  return words
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
