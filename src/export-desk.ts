/**
 * What `postroom export` writes: each ticket as the API shows it to an admin, with its comments, or
 * everything as mail, each comment as the message that it came or went as. Made piece by piece.
 */
import { commentJson } from './api/comment-json.ts'
import { ticketJson } from './api/ticket-json.ts'
import type { ExportWishes } from './cli/export.ts'
import { commentAsMail, ctime } from './desk/transcript.ts'
import { listComments } from './store/comments.ts'
import { findInbound } from './store/inbound-messages.ts'
import { sourceOf } from './store/outbox.ts'
import { type CommentView, viewComments } from './store/reads/comment-views.ts'
import { exportedTickets } from './store/reads/exported-tickets.ts'
import { viewTickets } from './store/reads/ticket-views.ts'
import { inboxOrFirst } from './ticket/inbox.ts'
import type { Ticket } from './ticket/ticket.ts'
import type { User } from './ticket/user.ts'
import type { Workplace } from './workplace.ts'

/** Whoever runs the command may read everything. */
const OPERATOR: User = {
  id: 0,
  email: 'operator@desk.invalid' as User['email'],
  name: null,
  role: 'admin',
  state: 'active',
  locale: null,
  createdAt: new Date(0),
  lastLoginAt: null,
  provenAt: null,
}
const PAGE = 100

export async function* exportDesk(
  workplace: Workplace,
  { format, userId, since }: ExportWishes,
): AsyncGenerator<Buffer> {
  const { store, context } = workplace
  for await (const tickets of exportedTickets(store.read, { userId, since })) {
    const views = await viewTickets(store.read, tickets, { publicOnly: false })
    for (const view of views) {
      if (format === 'mbox') {
        yield* mailsOf(workplace, view.ticket)
        continue
      }
      const comments = await commentsOf(workplace, view.ticket)
      const json = {
        ...ticketJson(view, context.lifecycle, OPERATOR),
        comments: comments.map((comment) => commentJson(comment, OPERATOR)),
      }
      yield Buffer.from(`${JSON.stringify(json)}\n`)
    }
  }
}

async function commentsOf({ store }: Workplace, ticket: Ticket): Promise<CommentView[]> {
  const all: CommentView[] = []
  for (let afterId = 0; ; ) {
    const page = { ticketId: ticket.id, publicOnly: false, afterId, limit: PAGE }
    const comments = await listComments(store.read, page)
    all.push(...(await viewComments(store.read, comments)))
    const last = comments.at(-1)
    if (last === undefined || comments.length < PAGE) return all
    afterId = last.id
  }
}

/** RFC 4155, with the quoting of mboxrd: what `postroom import mbox` reads. */
async function* mailsOf(workplace: Workplace, ticket: Ticket): AsyncGenerator<Buffer> {
  const inbox = inboxOrFirst(workplace.inboxes, ticket.inboxId)
  const desk = { name: inbox?.name ?? 'Support', address: inbox?.address ?? 'desk@desk.invalid' }
  for (const view of await commentsOf(workplace, ticket)) {
    if (view.comment.deletedAt !== null) continue
    const source = await mailOf(workplace, view)
    yield source === null
      ? Buffer.from(commentAsMail(view, { ticket, publicOnly: false, desk }))
      : inMbox(source, view.comment.createdAt)
  }
}

/** As it came from the customer, or as it went to the first who got it; null: it never was mail. */
async function mailOf({ store, context }: Workplace, view: CommentView): Promise<Buffer | null> {
  const { inboundId } = view.comment
  const inbound = inboundId === null ? null : await findInbound(store.read, inboundId)
  if (inbound !== null && inbound.sha256 !== null) return context.blobs.get(inbound.sha256)
  const [delivery] = view.deliveries
  return delivery === undefined ? null : ((await sourceOf(store.read, delivery.id))?.source ?? null)
}

/** Bytes stay what they are but for line ends and lines that would begin another message. */
function inMbox(source: Buffer, at: Date): Buffer {
  const text = source
    .toString('latin1')
    .replaceAll('\r\n', '\n')
    .replace(/^(>*From )/gm, '>$1')
  return Buffer.from(
    `From MAILER-DAEMON ${ctime(at)}\n${text}${text.endsWith('\n') ? '' : '\n'}\n`,
    'latin1',
  )
}
