/** What a stranger wrote must not become markup, headers or a key of the receiver that is told of it. */
import { describe, expect, test } from 'vitest'
import type { Comment } from '../../src/ticket/comment.ts'
import { payloadOf, render } from '../../src/webhooks/payload.ts'

const NASTY = '<!channel> <https://evil.test|Log in> & co'

const payload = (name: string, subject = 'Printer'): string =>
  JSON.stringify({
    type: 'comment.created',
    data: {
      actor: { name: null },
      ticket: { id: 1, subject, status: 'open', priority: 'normal', url: 'https://desk.test/1' },
      comment: { visibility: 'public', author: { name } },
      changes: {},
    },
  })

const chat = (name: string, subject?: string): string =>
  (JSON.parse(render('slack', payload(name, subject)).body) as { text: string }).text

const phone = (name: string, subject?: string) => render('ntfy', payload(name, subject))

/** As the receiver reads it (RFC 2047). */
function titleOf(name: string): string {
  const title = phone(name).headers['Title'] ?? ''
  expect(title).toMatch(/^[\x20-\x7e]*$/)
  const [, encoded] = /^=\?UTF-8\?B\?(.*)\?=$/.exec(title) ?? []
  return encoded === undefined ? title : Buffer.from(encoded, 'base64').toString()
}

describe('a name', () => {
  test('is text in Slack, not markup', () => {
    expect(chat(NASTY)).toBe(
      '*Comment by &lt;!channel&gt; &lt;https://evil.test¦Log in&gt; &amp; co* ' +
        '<https://desk.test/1|#1 Printer>',
    )
  })

  test('is cut after 100 characters, before it is escaped', () => {
    expect(chat('<'.repeat(101))).toContain(`by ${'&lt;'.repeat(100)}*`)
    expect(titleOf('🖨'.repeat(101))).toBe(`#1 Comment by ${'🖨'.repeat(100)}`)
  })

  test('starts no line and no header', () => {
    expect(chat('Ana\r\n*Paid*\u2028x')).toContain('*Comment by Ana *Paid* x* <')
    expect(titleOf('Ana\r\nPriority: 5\0')).toBe('#1 Comment by Ana Priority: 5')
  })
})

test('a subject stays within the text of its link', () => {
  expect(chat('Ana', 'a\r\nb>')).toContain('|#1 a b&gt;>')
})

test('the link that a customer quotes, which is his alone, does not go along', () => {
  const link = 'https://desk.test/t/aecacanbuaaxuta5bwv6nzp32lt2eyq'
  const comment: Comment = {
    id: 2,
    ticketId: 1,
    visibility: 'public',
    authorType: 'customer',
    authorId: 3,
    text: `Thanks!\n> See this conversation online: ${link}`,
    quotedText: '',
    fullText: '',
    html: null,
    source: 'email',
    messageId: null,
    referenceIds: [],
    inboundId: null,
    authentication: null,
    createdAt: new Date(0),
    editedAt: null,
    deletedAt: null,
  }
  const payload = payloadOf(
    {
      type: 'comment.created',
      eventId: 1,
      at: new Date(0),
      actor: { type: 'user', id: 3, name: 'Ana' },
      changes: {},
      ticket: null,
      comment: { comment, author: null },
    },
    { includeBodies: true, publicUrl: 'https://desk.test' },
  )
  const { text } = (JSON.parse(payload) as { data: { comment: { text: string } } }).data.comment
  expect(text).toBe('Thanks!\n> See this conversation online: https://desk.test/t/…')
})
