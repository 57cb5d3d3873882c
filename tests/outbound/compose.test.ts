import { describe, expect, test } from 'vitest'
import {
  compose,
  type ComposeInput,
  quoteText,
  referencesOf,
  subaddress,
} from '../../src/outbound/compose.ts'
import { toMime } from '../../src/outbound/mime.ts'
import { anAddress } from '../kit/desk-context.ts'

const ANA = { address: anAddress('ana@customer.test'), name: 'Ana' }

const input = (more: Partial<ComposeInput> = {}): ComposeInput => ({
  from: { address: anAddress('support@acme.test'), name: 'Bruno (Support)' },
  to: [ANA],
  cc: [],
  token: 'abcdefghij',
  plusAddressing: true,
  messageId: 'abcdefghij.nonce@acme.test',
  thread: ['first@customer.test'],
  rendered: {
    locale: 'en',
    subject: 'Re: The printer',
    text: 'Use water.\n',
    html: '<p>Use water.</p>',
  },
  date: new Date('2026-07-06T10:00:00Z'),
  automation: { kind: 'none' },
  ticketId: 7,
  conversation: Buffer.alloc(22, 1).toString('base64'),
  headers: [],
  attachments: [],
  ...more,
})

const rendered = (subject: string) => ({ locale: 'en', subject, text: 'x', html: 'x' })
const mimeOf = async (more: Partial<ComposeInput>): Promise<string> =>
  (await toMime(compose(input(more)))).toString('latin1')
const headOf = (mime: string): string => mime.slice(0, mime.indexOf('\r\n\r\n'))
const names = (head: string): string[] =>
  [...head.matchAll(/^([\w-]+):/gm)].map(([, name = '']) => name.toLowerCase())

/** The header names of an ordinary mail: nothing a stranger wrote may add one. */
const ORDINARY = names(headOf(await mimeOf({}))).toSorted()

const HOSTILE: readonly [what: string, text: string][] = [
  ['CRLF and Bcc', 'x\r\nBcc: victim@example.org'],
  ['LF and Bcc', 'x\nBcc: victim@example.org'],
  ['a lone CR', 'x\rBcc: victim@example.org'],
  ['NEL, LS and PS', 'x\u0085Bcc: a\u2028Bcc: b\u2029Bcc: c'],
  ['NUL and escape', 'x\0\u001B[31m\u007F'],
  ['bidi controls', '\u202Emoc.live\u2066x\u200F'],
  ['zero-width characters', 'a\u200Bb\uFEFFc'],
]

describe('nothing a stranger wrote gets into the headers', () => {
  /** Control characters that are not the header's own line ends, raw or encoded. */
  const decoded = (head: string): string =>
    head.replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_all, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString()
        : Buffer.from(
            text
              .replace(/_/g, ' ')
              .replace(/=([\dA-F]{2})/gi, (_h, hex: string) =>
                String.fromCharCode(Number.parseInt(hex, 16)),
              ),
            'latin1',
          ).toString(),
    )
  const UNSAFE = /[^\P{C}\r\n\t]|\r(?!\n)|[\u2028\u2029]/u

  const PLACES: readonly [where: string, put: (text: string) => Partial<ComposeInput>][] = [
    ['the subject', (text) => ({ rendered: rendered(text) })],
    ['our own name', (text) => ({ from: { ...input().from, name: text } })],
    ['the recipient’s name', (text) => ({ to: [{ ...ANA, name: text }] })],
    ['a copied person’s name', (text) => ({ cc: [{ ...ANA, name: text }] })],
    ['a Message-ID of the thread', (text) => ({ thread: [`${text}@customer.test`] })],
    [
      'an older Message-ID',
      (text) => ({ thread: [`${text}@customer.test`, 'last@customer.test'] }),
    ],
    [
      'an attachment’s name',
      (filename) => ({
        attachments: [{ filename, contentType: 'text/plain', content: Buffer.from('x') }],
      }),
    ],
  ]
  const CASES = PLACES.flatMap(([where, put]) =>
    HOSTILE.map(([what, text]) => [what, where, put(text)] as const),
  )
  test.each(CASES)('%s in %s', async (_what, _where, more) => {
    const mime = await mimeOf(more)
    const head = headOf(mime)
    expect(
      decoded(head)
        .split('\r\n')
        .find((line) => UNSAFE.test(line)),
    ).toBeUndefined()
    expect(names(head).filter((name) => name === 'bcc')).toEqual([])
    const extra = names(head).filter((name) => !ORDINARY.includes(name) && name !== 'cc')
    expect(extra).toEqual([])
  })

  test.each(['message/rfc822', 'multipart/mixed', 'text/html', 'application/x-nonsense'])(
    'an attachment of type %s is bytes, whatever is in it',
    async (contentType) => {
      const content = Buffer.from('From: x\r\n\n.\n\r.\r\nBcc: v@example.org\n--x\0\xff\n.\r\n')
      const mime = await mimeOf({ attachments: [{ filename: 'a.eml', contentType, content }] })
      expect(mime.replace(/\r\n/g, '')).not.toMatch(/[\r\n]/)
      expect(mime.split('\r\n').every((line) => line.length <= 998)).toBe(true)
      expect(mime.replace(/\r\n/g, '')).toContain(content.toString('base64').slice(0, 40))
    },
  )
})

describe('References', () => {
  const ids = (count: number, length = 30) =>
    Array.from({ length: count }, (_, n) => `${String(n).padStart(length, 'x')}@customer.test`)

  test('keep the root and the nearest of a long thread', () => {
    const thread = ids(300)
    const kept = referencesOf(thread)
    expect(kept).toHaveLength(11)
    expect([kept[0], kept.at(-1)]).toEqual([thread[0], thread.at(-1)])
  })

  test('stay within one line of 998 characters, however long the ids are', async () => {
    const head = headOf(await mimeOf({ thread: ids(20, 240) }))
    expect(head.split('\r\n').every((line) => line.length <= 998)).toBe(true)
    expect(head).toContain('References:')
  })

  test('an id that fits no line is left out', async () => {
    const head = headOf(await mimeOf({ thread: [...ids(1, 990), 'last@customer.test'] }))
    expect(head.split('\r\n').every((line) => line.length <= 998)).toBe(true)
    expect(head).toContain('In-Reply-To: <last@customer.test>')
    const alone = headOf(await mimeOf({ thread: ids(1, 990) }))
    expect(alone).not.toContain('In-Reply-To')
  })

  test('name each id once', () => {
    expect(referencesOf(['a@x.test', 'b@x.test', 'a@x.test'])).toEqual(['a@x.test', 'b@x.test'])
  })
})

test.each(['x', 'ü', '漢', '😀'])('a subject of %s without end fits its lines', async (letter) => {
  const head = headOf(await mimeOf({ rendered: rendered(letter.repeat(5_000)) }))
  expect(head.split('\r\n').filter((line) => line.length > 998)).toEqual([])
})

describe('the sub-address', () => {
  test('carries the token', () => {
    expect(compose(input()).replyTo).toBe('support+abcdefghij@acme.test')
  })

  test.each([
    [64, 's'.repeat(53)],
    [null, 's'.repeat(54)],
  ])('fits into %s octets, or is left out', (length, local) => {
    const made = subaddress(anAddress(`${local}@acme.test`), 'abcdefghij')
    expect(made === null ? null : made.indexOf('@')).toBe(length)
  })

  test('is left out where the inbox cannot have one', () => {
    expect(compose(input({ plusAddressing: false })).replyTo).toBeNull()
  })
})

test('automatic mail says so in every way machines look for (RFC 3834)', async () => {
  const automation = { kind: 'auto-replied', loopMarker: 'abc' } as const
  const head = headOf(await mimeOf({ automation }))
  expect(head).toContain('Auto-Submitted: auto-replied')
  expect(head).toContain('X-Auto-Response-Suppress: All')
  expect(head).toContain('X-Postroom-Loop: abc')
  expect(headOf(await mimeOf({}))).not.toContain('Auto-Submitted')
})

test('the same fields have the same Message-ID, Date and thread', async () => {
  const head = headOf(await mimeOf({}))
  expect(head).toContain('Message-ID: <abcdefghij.nonce@acme.test>')
  expect(head).toContain('Date: Mon, 06 Jul 2026 10:00:00 +0000')
  expect(head).toContain('In-Reply-To: <first@customer.test>')
  expect(head).toContain('X-Postroom-Ticket: 7')
})

test('quoting puts > before every line', () => {
  expect(quoteText('a\n> b\n\nc\n\n')).toBe('> a\n>> b\n> \n> c')
})
