/** Bytes to a message: structure, what is shown and what is attached, and that nothing is lost. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { LIMITS } from '../../../src/inbound/parser/limits.ts'
import type { Parsed } from '../../../src/inbound/parser/protocol.ts'
import { readMessage } from '../../../src/inbound/parser/read-message.ts'

const scratch = mkdtempSync(join(tmpdir(), 'postroom-read-'))
let messages = 0
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const HEAD =
  'From: Ana <ana@example.org>\nMessage-ID: <1@example.org>\nDate: Fri, 02 Jan 2026 10:00:00 +0000\n'

/** Reads a message written with `\n` line ends. */
function read(text: string, mode: 'full' | 'safe' = 'full'): Promise<Parsed> {
  return readBytes(Buffer.from(text.replace(/\n/g, '\r\n'), 'utf8'), mode)
}

function readBytes(bytes: Buffer, mode: 'full' | 'safe' = 'full'): Promise<Parsed> {
  return readMessage(bytes, { mode, scratchDir: join(scratch, String(messages++)) })
}

function multipart(subtype: string, parts: readonly string[]): string {
  const body = parts.map((part) => `--b\n${part}\n`).join('')
  return `${HEAD}Content-Type: multipart/${subtype}; boundary=b\n\n${body}--b--\n`
}

const TEXT = 'Content-Type: text/plain; charset=utf-8\n\nHello from the text part'
const HTML = 'Content-Type: text/html; charset=utf-8\n\n<p>Hello from the <b>HTML</b> part</p>'
const PNG =
  'Content-Type: image/png; name="dot.png"\nContent-ID: <dot@x>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo='

describe('what is shown and what is attached', () => {
  test('of two alternatives the text is read and the HTML kept', async () => {
    const { message, attachments } = await read(multipart('alternative', [TEXT, HTML]))
    expect(message.text.full).toBe('Hello from the text part')
    expect(message.html).toBe('<p>Hello from the <b>HTML</b> part</p>')
    expect(attachments).toEqual([])
  })

  test('an empty text alternative gives way to the HTML', async () => {
    const { message } = await read(multipart('alternative', ['Content-Type: text/plain\n\n', HTML]))
    expect(message.text.full).toBe('Hello from the HTML part')
  })

  test('a calendar alternative is an attachment', async () => {
    const { attachments } = await read(
      multipart('alternative', [
        TEXT,
        'Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR',
      ]),
    )
    expect(attachments.map(({ contentType }) => contentType)).toEqual(['text/calendar'])
  })

  test('several texts are shown one below the other', async () => {
    const { message } = await read(
      multipart('mixed', [TEXT, PNG, 'Content-Type: text/plain\n\nAnd more']),
    )
    expect(message.text.full).toBe('Hello from the text part\n\nAnd more')
  })

  test('a picture the HTML shows is inline, with its bytes and hash', async () => {
    const html = 'Content-Type: text/html\n\n<img src="cid:dot@x">Look'
    const { attachments } = await read(multipart('related', [html, PNG]))
    const bytes = Buffer.from('iVBORw0KGgo=', 'base64')
    expect(attachments).toEqual([
      {
        filename: 'dot.png',
        contentType: 'image/png',
        size: 8,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        inline: true,
        contentId: 'dot@x',
        content: bytes,
      },
    ])
  })

  test('an attached message stays whole and is named by its subject', async () => {
    const { message, attachments } = await read(
      multipart('mixed', [TEXT, 'Content-Type: message/rfc822\n\nSubject: Old / news\n\nInside']),
    )
    expect(message.text.full).not.toContain('Inside')
    expect(attachments.map(({ filename }) => filename)).toEqual(['Old - news.eml'])
  })

  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a.txt', 'a.txt'],
    ['=?utf-8?q?=E2=80=AEfdp.exe?=', 'fdp.exe'],
    ['con.txt', '_con.txt'],
    ['<img onerror=x>', '_img onerror=x_'],
    ['..', null],
  ])('a file named %s is offered as %s', async (name, safe) => {
    const { attachments } = await read(
      multipart('mixed', [
        TEXT,
        `Content-Type: image/png\nContent-Disposition: attachment; filename="${name.replace(/\\/g, '\\\\')}"\n\nx`,
      ]),
    )
    expect(attachments[0]?.filename).toBe(safe)
  })

  test('flowed text is joined, and scripts do not survive any charset', async () => {
    const flowed = await read(
      `${HEAD}Content-Type: text/plain; format=flowed\n\nOne \ntwo\nthree\n`,
    )
    expect(flowed.message.text.reply).toBe('One two\nthree')
    const hidden = await read(
      `${HEAD}Content-Type: text/html; charset=utf-7\n\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-Hello`,
    )
    expect(hidden.message.html).toBe('Hello')
  })
})

describe('headers', () => {
  test('the first From counts, and all are known', async () => {
    const { message } = await read('From: a@example.org\nFrom: b@example.org\n\nx')
    expect(message.from?.address).toBe('a@example.org')
    expect(message.fromAddresses).toEqual(['a@example.org', 'b@example.org'])
    expect(message.problems).toContain('more than one From header')
  })

  test('a garbage date is no date', async () => {
    expect((await read('From: a@example.org\nDate: yesterday\n\nx')).message.date).toBeNull()
  })

  test('a message that begins with an empty line has headers all the same', async () => {
    expect((await read(`\n${HEAD}Subject: x\n\nbody`)).message.subject).toBe('x')
  })

  test('an encoded line break does not make another header', async () => {
    const { message } = await read(`${HEAD}Subject: =?utf-8?Q?x=0D=0ABcc:_v=40x.test?=\n\nbody`)
    expect(message.subject).toBe('x Bcc: v@x.test')
  })
})

describe('nothing is lost', () => {
  test.each([
    ['without a boundary', `${HEAD}Content-Type: multipart/mixed\n\nHello there\n`, 'Hello there'],
    [
      'whose boundary never comes',
      `${HEAD}Content-Type: multipart/mixed; boundary=zz\n\nHello there\n`,
      'Hello there',
    ],
    [
      'with the wrong boundary',
      `${HEAD}Content-Type: multipart/mixed; boundary=zz\n\n--b\nContent-Type: text/plain\n\nHello there\n--b--\n`,
      'Hello there',
    ],
    [
      'never closed',
      `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello there\n`,
      'Hello there',
    ],
    ['without headers', 'Hello there\nhow are you\n', 'Hello there'],
    ['without a blank line', 'From: a@example.org\nHello there\nhow are you\n', 'Hello there'],
    [
      'in an unknown charset',
      `${HEAD}Content-Type: text/plain; charset=x-none\n\nHello there\n`,
      'Hello there',
    ],
    ['with a senseless type', `${HEAD}Content-Type: /\n\nHello there\n`, 'Hello there'],
  ])('a message %s', async (_, text, shown) => {
    const { message } = await read(text)
    expect(message.text.full).toContain(shown)
  })

  test('classic Mac line ends are line ends', async () => {
    const { message } = await readBytes(Buffer.from('From: a@example.org\rSubject: x\r\rHello\r'))
    expect(message.subject).toBe('x')
    expect(message.text.full.trim()).toBe('Hello')
  })

  test('what the library refuses is headers, the first parts and the original', async () => {
    const parts = Array.from(
      { length: 1_100 },
      (_, index) => `Content-Type: text/plain\n\nPart ${index}`,
    )
    const { message, attachments } = await read(multipart('mixed', parts))
    expect(message.from?.address).toBe('ana@example.org')
    expect(message.text.full.split(/\s{2,}/).slice(0, 2)).toEqual(['Part 0', 'Part 1'])
    expect(attachments.map(({ filename, contentType }) => [filename, contentType])).toEqual([
      ['message.eml', 'message/rfc822'],
    ])
    expect(message.problems.join()).toContain('more than 1000 parts')
  })

  test('safe mode needs no library', async () => {
    const { message, attachments } = await read(multipart('alternative', [TEXT, HTML]), 'safe')
    expect(message.text.reply).toBe('Hello from the text part')
    expect(message.html).toBeNull()
    expect(attachments.map(({ filename }) => filename)).toEqual(['message.eml'])
  })

  test('a large attachment goes through a file', async () => {
    const bytes = Buffer.alloc(LIMITS.contentInMemoryMax + 10, 'x')
    const part = `Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n${bytes.toString('base64').replace(/.{76}/g, '$&\n')}`
    const { attachments } = await read(multipart('mixed', [TEXT, part]))
    const [pdf] = attachments
    if (pdf === undefined || !('file' in pdf.content)) throw new Error('expected a file')
    expect(readFileSync(pdf.content.file).equals(bytes)).toBe(true)
    expect(pdf.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  test('more attachments than are listed are counted', async () => {
    const { attachments, message } = await read(
      multipart(
        'mixed',
        Array.from({ length: 250 }, () => PNG),
      ),
    )
    expect(attachments).toHaveLength(200)
    expect(message.problems).toContain('50 more attachments are in the original only')
  })
})

describe('hostile messages are cheap', () => {
  const many = (piece: string, count: number): string => piece.repeat(count)
  test.each([
    ['50,000 nested elements', `${HEAD}Content-Type: text/html\n\n${many('<div>', 50_000)}hi`],
    ['a million line breaks', `${HEAD}Content-Type: text/html\n\n${many('<br>', 1_000_000)}`],
    [
      '100,000 nested multiparts',
      `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n${many('--b\nContent-Type: multipart/mixed; boundary=b\n\n', 100_000)}`,
    ],
    [
      'half a million boundaries',
      `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n${many('--b\n', 500_000)}`,
    ],
    ['100,000 headers', `${many('X: y\n', 100_000)}${HEAD}\nhi`],
    ['one header of 5 MB', `X: ${many('y', 5_000_000)}\n${HEAD}\nhi`],
    ['100,000 encoded words', `${HEAD}Subject: ${many('=?utf-8?q?a?= ', 100_000)}\n\nhi`],
    ['100,000 groups', `${HEAD}To: ${many('g0:', 100_000)}\n\nhi`],
    [
      'groups in a part',
      `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\nTo: ${many('g0:', 20_000)}\n\nhi\n--b--`,
    ],
  ])('%s', async (_, text) => {
    const started = performance.now()
    const { message } = await read(text)
    expect(performance.now() - started).toBeLessThan(8_000)
    expect(message.from).not.toBeUndefined()
  })
})

test('any bytes give a message, and no string holds NUL or a lone surrogate', async () => {
  const line = fc.constantFrom(
    'From: a@example.org',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '--b--',
    'Content-Type: text/html',
    'Content-Transfer-Encoding: base64',
    'Subject: \u0000=?utf-8?q?=00=ED=A0=80?=',
    '\u0000',
    '<p>\u0000</p>',
    'AAAA',
    '\ud800',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(line, fc.string()), { maxLength: 20 }), async (lines) => {
      const { message } = await read(lines.join('\n'))
      expect(JSON.stringify(message)).not.toMatch(/\\u0000|\\ud[89a-f]/)
    }),
    { numRuns: 100 },
  )
})
