/** A ticket to be kept or read elsewhere: as text, a page, mails, or data. Made piece by piece. */
import { encodeHeader } from '../mail/encode-header.ts'
import { escapeHtml, htmlOf } from '../outbound/plain-html.ts'
import { withoutTicketLinks } from '../reply-token.ts'
import { listComments } from '../store/comments.ts'
import type { Queryable } from '../store/open.ts'
import { type CommentView, viewComments } from '../store/reads/comment-views.ts'
import type { Comment } from '../ticket/comment.ts'
import type { Ticket } from '../ticket/ticket.ts'
import { isColleague, type User } from '../ticket/user.ts'

export const TRANSCRIPT_FORMATS = ['txt', 'html', 'mbox', 'json'] as const
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number]

export interface Transcript {
  readonly ticket: Ticket
  readonly format: TranscriptFormat
  /** What customers may see: no internal comments, no addresses of agents. */
  readonly publicOnly: boolean
  /** In place of the name and address of who may not be known. */
  readonly desk: { readonly name: string; readonly address: string }
  /** A comment as data. */
  readonly json: (view: CommentView) => unknown
  /** The ticket as data. */
  readonly about: unknown
}

const PAGE = 100

/** The pieces, in their order. Words are given as they are; only the form differs. */
export async function* transcriptOf(db: Queryable, wanted: Transcript): AsyncGenerator<string> {
  const form = FORMS[wanted.format]
  yield form.begin(wanted)
  let first = true
  let afterId = 0
  for (;;) {
    const { ticket, publicOnly } = wanted
    const page = { ticketId: ticket.id, publicOnly, afterId, limit: PAGE }
    const comments = await listComments(db, page)
    for (const view of await viewComments(db, comments)) {
      yield form.comment(publicOnly ? withoutLinks(view) : view, wanted, first)
      first = false
    }
    const last = comments.at(-1)
    if (last === undefined || comments.length < PAGE) break
    afterId = last.id
  }
  yield form.end
}

/** Somebody may have quoted the link that is his alone. */
const withoutLinks = (view: CommentView): CommentView => ({
  ...view,
  comment: { ...view.comment, text: withoutTicketLinks(view.comment.text) },
})

interface Form {
  readonly begin: (wanted: Transcript) => string
  readonly comment: (view: CommentView, wanted: Transcript, first: boolean) => string
  readonly end: string
}

/** Customers know agents by name, or as the desk. */
function authorOf({ comment, author }: CommentView, { publicOnly, desk }: Transcript): string {
  if (author === null) return comment.authorType
  return author.name ?? (publicOnly && isHidden(comment, author) ? desk.name : author.email)
}

/** A colleague may be the customer of a ticket, and a customer may have been a colleague then. */
const isHidden = ({ authorType }: Comment, author: User): boolean =>
  authorType !== 'customer' || isColleague(author)

const filesOf = ({ attachments }: CommentView): string[] =>
  attachments.map(({ filename, size }) => `${filename ?? 'unnamed'} (${size} bytes)`)

/** One comment as a message of its own, in an mbox. */
export const commentAsMail = (
  view: CommentView,
  wanted: Pick<Transcript, 'ticket' | 'publicOnly' | 'desk'>,
): string => mbox.comment(view, { ...wanted, format: 'mbox', json: () => null, about: null }, true)

const isNote = ({ comment }: CommentView): boolean => comment.visibility === 'internal'

const text: Form = {
  begin: ({ ticket }) => `#${ticket.id} ${ticket.subject}\n`,
  comment: (view, wanted) => {
    const note = isNote(view) ? ' (internal)' : ''
    const head = `${view.comment.createdAt.toISOString()} ${authorOf(view, wanted)}${note}`
    const files = filesOf(view).map((file) => `[${file}]\n`)
    return `\n${'-'.repeat(72)}\n${head}\n\n${view.comment.text.trimEnd()}\n${files.join('')}`
  },
  end: '',
}

const html: Form = {
  begin: ({ ticket }) => {
    const title = escapeHtml(`#${ticket.id} ${ticket.subject}`)
    return `<!doctype html>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>body{max-width:45rem;margin:2rem auto;padding:0 1rem;font-family:sans-serif}
article{border-top:1px solid #767676;padding:1rem 0}.note{border-left:4px solid #767676;padding-left:1rem}</style>
<h1 dir="auto">${title}</h1>
`
  },
  comment: (view, wanted) => {
    const { comment } = view
    const at = comment.createdAt.toISOString()
    const note = isNote(view) ? ' · internal' : ''
    const files = filesOf(view).map((file) => `<li><bdi>${escapeHtml(file)}</bdi></li>`)
    const list = files.length === 0 ? '' : `<ul>${files.join('')}</ul>\n`
    return `<article${isNote(view) ? ' class="note"' : ''}>
<p><b><bdi>${escapeHtml(authorOf(view, wanted))}</bdi></b> · <time datetime="${at}">${at}</time>${note}</p>
<div dir="auto">${htmlOf(comment.text)}</div>
${list}</article>
`
  },
  end: '',
}

/** RFC 4155, with the quoting of mboxrd: `From ` at the start of a line begins a message. */
const mbox: Form = {
  begin: () => '',
  comment: (view, wanted) => {
    const { comment, author } = view
    const hidden = author === null || (wanted.publicOnly && isHidden(comment, author))
    const address = hidden ? wanted.desk.address : author.email
    const at = comment.createdAt
    const name = encodeHeader(authorOf(view, wanted)).replace(/["\\]/g, '')
    const headers = [
      `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
      `From: ${name.startsWith('=?') ? name : `"${name}"`} <${address}>`,
      `Subject: ${encodeHeader(wanted.ticket.subject)}`,
      `Message-ID: <ticket-${wanted.ticket.id}-comment-${comment.id}@transcript.invalid>`,
      ...(isNote(view) ? ['X-Postroom-Visibility: internal'] : []),
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
    ].map((line) => line.replaceAll('\r\n', '\n'))
    const body = `${comment.text.trimEnd()}\n`.replace(/^(>*From )/gm, '>$1')
    return `From ${address} ${ctime(at)}\n${headers.join('\n')}\n\n${body}\n`
  },
  end: '',
}

/** `Sun Mar  1 10:00:00 2026`, in UTC: what the first line of a message in an mbox ends with. */
export function ctime(at: Date): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = at.toUTCString().split(/[ ,]+/)
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`
}

const json: Form = {
  begin: ({ about }) => `{"ticket":${JSON.stringify(about)},"comments":[`,
  comment: (view, wanted, first) => `${first ? '' : ','}\n${JSON.stringify(wanted.json(view))}`,
  end: ']}\n',
}

const FORMS: Readonly<Record<TranscriptFormat, Form>> = { txt: text, html, mbox, json }
