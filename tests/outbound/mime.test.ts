import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import type { MailFields } from '../../src/outbound/compose.ts'
import { toMime } from '../../src/outbound/mime.ts'
import { anAddress } from '../kit/desk-context.ts'

const FIELDS: MailFields = {
  from: { address: anAddress('support@acme.test'), name: 'Acme Support' },
  to: [{ address: anAddress('ana@customer.test'), name: 'Ana' }],
  cc: [],
  replyTo: null,
  subject: 'Help',
  messageId: 'one@acme.test',
  inReplyTo: null,
  references: [],
  date: new Date('2026-07-06T10:00:00Z'),
  text: 'Hello\n',
  html: '<p>Hello</p>\n',
  headers: [],
  attachments: [],
}
const KB = 1024

/** Line ends travel as CRLF, and white space at the very end means nothing. */
const plain = (text: string): string => text.replaceAll(/\r\n?/g, '\n').trimEnd()

describe('the bytes of an outgoing message', () => {
  const wholeText = fc
    .array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 20 })
    // What templates give: no control characters but line feeds.
    .map((lines) =>
      `x${lines.join('\n')}`.replaceAll(/[\p{Cc}\p{Cs}]/gu, (c) => (c === '\n' ? c : '')),
    )

  test('hold the text and the HTML as they are, in lines that every server takes', async () => {
    await fc.assert(
      fc.asyncProperty(wholeText, wholeText, async (text, html) => {
        const source = await toMime({ ...FIELDS, text, html })
        for (const line of source.toString('latin1').split('\r\n')) {
          expect(line.length).toBeLessThanOrEqual(998)
          expect(line).not.toMatch(/[\r\n\u0080-\u00ff]/)
        }
        const read = await simpleParser(source)
        expect(plain(read.text ?? '')).toBe(plain(text))
        expect(plain(read.html || '')).toBe(plain(html))
      }),
      { numRuns: 100 },
    )
  })

  test.each([
    ['small', 3 * KB],
    ['large', 700 * KB],
  ])('hold a %s attachment byte by byte', async (_size, bytes) => {
    const content = Buffer.from(Array.from({ length: bytes }, (_, n) => (n * 7 + (n >> 8)) % 256))
    const attachment = { filename: 'dåta "1".bin', contentType: 'application/x-y', content }
    const source = await toMime({ ...FIELDS, attachments: [attachment] })
    const [read] = (await simpleParser(source)).attachments
    expect(read?.filename).toBe(attachment.filename)
    expect(read?.content.equals(content)).toBe(true)
    expect(source.subarray(-2).toString()).toBe('\r\n')
    expect(/(?<!\r)\n/.test(source.toString('latin1'))).toBe(false)
  })
})
