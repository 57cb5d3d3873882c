/** Parts inside of parts: opened where they can be, kept in any case, described honestly. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { signedContent } from '../../../src/mail/cms.ts'
import { readTnef } from '../../../src/mail/tnef.ts'
import type { Parsed } from '../../../src/inbound/parser/protocol.ts'
import { readMessage } from '../../../src/inbound/parser/read-message.ts'
import { enveloped, properties, property, signed, tnef } from '../../mail/a-container.ts'

const scratch = mkdtempSync(join(tmpdir(), 'postroom-unpack-'))
let messages = 0
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const HEAD =
  'From: Ana <ana@example.org>\nMessage-ID: <1@example.org>\nDate: Fri, 02 Jan 2026 10:00:00 +0000\n'
const TEXT = 'Content-Type: text/plain; charset=utf-8\n\nSee the file'

function read(text: string): Promise<Parsed> {
  const bytes = Buffer.from(text.replace(/\n/g, '\r\n'), 'latin1')
  return readMessage(bytes, { mode: 'full', scratchDir: join(scratch, String(messages++)) })
}

const inBase64 = (type: string, bytes: Buffer): string =>
  `Content-Type: ${type}\nContent-Transfer-Encoding: base64\n\n${bytes.toString('base64').replace(/.{76}/g, '$&\n')}`

const multipart = (subtype: string, parts: readonly string[]): string =>
  `${HEAD}Content-Type: multipart/${subtype}; boundary=b\n\n${parts.map((part) => `--b\n${part}\n`).join('')}--b--\n`

const names = ({ attachments }: Parsed): (string | null)[] =>
  attachments.map(({ filename }) => filename)

describe('winmail.dat', () => {
  const WINMAIL = 'application/ms-tnef; name=winmail.dat'
  const FILE = { title: 'PLAN~1.PDF', data: Buffer.from('%PDF-') }

  test('gives its files, and stays', async () => {
    const more = properties(
      property(0x3707, 'Plan für 2026.pdf'),
      property(0x370e, 'Application/PDF'),
    )
    const parsed = await read(
      multipart('mixed', [TEXT, inBase64(WINMAIL, tnef({ files: [{ ...FILE, more }] }))]),
    )
    expect(names(parsed)).toEqual(['winmail.dat', 'Plan für 2026.pdf'])
    expect(parsed.attachments[1]).toMatchObject({
      contentType: 'application/pdf',
      content: FILE.data,
    })
    expect(parsed.message.text.full).toBe('See the file')
  })

  test('gives the text when there is no other, in its own code page', async () => {
    const parsed = await read(
      `${HEAD}${inBase64(WINMAIL, tnef({ body: '\xcf\xf0\xe8\xe2\xe5\xf2' }))}\n`,
    )
    expect(parsed.message.text.full).toBe('Привет')
  })

  test('gives the HTML when there is no text', async () => {
    const message = properties(property(0x1013, Buffer.from('<p>Hello <b>there</b></p>')))
    const parsed = await read(`${HEAD}${inBase64(WINMAIL, tnef({ message }))}\n`)
    expect(parsed.message.text.full).toBe('Hello there')
    expect(parsed.message.html).toBe('<p>Hello <b>there</b></p>')
  })

  test('that is damaged is opened as far as it goes', async () => {
    const bytes = tnef({ files: [FILE, { title: 'b.txt', data: Buffer.alloc(500, 'x') }] })
    const parsed = await read(
      multipart('mixed', [TEXT, inBase64(WINMAIL, bytes.subarray(0, -300))]),
    )
    expect(names(parsed)).toEqual(['winmail.dat', 'PLAN~1.PDF', 'b.txt'])
    expect(parsed.message.problems.join()).toContain('damaged')
  })

  test('that is none stays what it was', async () => {
    const parsed = await read(multipart('mixed', [TEXT, inBase64(WINMAIL, Buffer.from('nothing'))]))
    expect(names(parsed)).toEqual(['winmail.dat'])
    expect(parsed.message.problems).toContain('winmail.dat could not be opened')
  })

  test('any bytes are cheap and throw nothing', () => {
    const whole = tnef({ message: properties(property(0x1000, 'Hi')), files: [FILE] })
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: 6 }),
        (at, noise) => {
          const bytes = Buffer.from(whole)
          bytes.set(noise.slice(0, bytes.length - at), at)
          readTnef(bytes)
        },
      ),
      { numRuns: 500 },
    )
  })
})

test('a uuencoded file in a text is taken out of it', async () => {
  const parsed = await read(`${HEAD}\nHello\nbegin 644 cat.txt\n#0V%T\n\`\nend\nBye\n`)
  expect(parsed.message.text.full).toBe('Hello\nBye\n')
  expect(parsed.attachments).toMatchObject([{ filename: 'cat.txt', content: Buffer.from('Cat') }])
})

describe('signed and encrypted mail', () => {
  const ENTITY = Buffer.from('Content-Type: text/plain; charset=utf-8\r\n\r\nSigned words\r\n')
  const SMIME = 'application/pkcs7-mime; name=smime.p7m'

  test.each([{ inPieces: false }, { inPieces: true }])(
    'what is only signed is shown %j',
    async (how) => {
      const parsed = await read(`${HEAD}${inBase64(SMIME, signed(ENTITY, how))}\n`)
      expect(parsed.message.text.full.trim()).toBe('Signed words')
      expect(names(parsed)).toEqual(['smime.p7m'])
      expect(parsed.message.problems).toContain(
        'signed with S/MIME; the signature was not verified',
      )
    },
  )

  test.each([
    ['S/MIME', `${HEAD}${inBase64(SMIME, enveloped())}\n`],
    [
      'OpenPGP',
      multipart('encrypted', [
        'Content-Type: application/pgp-encrypted\n\nVersion: 1\n',
        'Content-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n',
      ]),
    ],
  ])('what is encrypted with %s is attached and said', async (how, text) => {
    const { message, attachments } = await read(text)
    expect(message.text.reply).toBe(
      `[This message is encrypted with ${how}. Its content is attached.]`,
    )
    expect(attachments.length).toBeGreaterThan(0)
    expect(message.problems).toContain(`encrypted with ${how}: it cannot be read here`)
  })

  test('a detached signature is kept byte for byte', async () => {
    const signature = '-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----'
    const { message, attachments } = await read(
      multipart('signed', [
        TEXT,
        `Content-Type: application/pgp-signature; name=signature.asc\n\n${signature}`,
      ]),
    )
    expect(message.text.reply).toBe('See the file')
    expect(attachments).toMatchObject([
      { filename: 'signature.asc', content: Buffer.from(signature.replace(/\n/g, '\r\n')) },
    ])
    expect(message.problems).toContain('signed with OpenPGP; the signature was not verified')
  })

  test.each(['pgp-signature', 'pkcs7-signature', 'x-pkcs7-signature'])(
    'one without a name is told, and no file (%s)',
    async (type) => {
      const { message, attachments } = await read(
        multipart('signed', [TEXT, `Content-Type: application/${type}\n\nabc`]),
      )
      expect(message.text.reply).toBe('See the file')
      expect(attachments).toEqual([])
      expect(message.problems.join()).toContain('the signature was not verified')
    },
  )

  test.each([
    ['in other mail', 'mixed', 0],
    ['before what it would sign', 'signed', 1],
  ])('what calls itself a signature %s is a file', async (_, subtype, textAt) => {
    const parts = ['Content-Type: application/pgp-signature\n\nabc']
    parts.splice(textAt, 0, TEXT)
    expect((await read(multipart(subtype, parts))).attachments).toHaveLength(1)
  })

  test('any bytes are no container, or one', () => {
    const whole = signed(ENTITY, { inPieces: true })
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Buffer.from(whole)
        bytes[at] = byte
        expect(signedContent(bytes)?.length ?? 0).toBeLessThanOrEqual(whole.length)
      }),
      { numRuns: 500 },
    )
  })
})

test('an invitation says when, and stays attached, once', async () => {
  const ics =
    'Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Printer\nDTSTART:20260105T100000Z\nEND:VEVENT\nEND:VCALENDAR'
  const { message, attachments } = await read(multipart('alternative', [TEXT, ics, ics]))
  expect(message.text.reply).toBe(
    'See the file\n\nInvitation: Printer\nWhen: 2026-01-05 10:00 (UTC)',
  )
  expect(attachments.map(({ contentType }) => contentType)).toEqual([
    'text/calendar',
    'text/calendar',
  ])
})
