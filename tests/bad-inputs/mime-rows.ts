/** Messages whose structure is broken or made to hurt, each with what must become of it. */
import { expect } from 'vitest'
import { type Row, hostile, sized } from './hostile-mail.ts'

const has = (text: string): unknown => expect.stringContaining(text)
const HELLO = { text: 'Hello there', acknowledged: true }
const ORIGINAL = { ...HELLO, files: ['message.eml'], problems: has('the original is attached') }
const TEXT = 'Content-Type: text/plain\r\n\r\nHello there\r\n'
const mixed = (boundary: string, body: string, type = 'mixed'): Buffer =>
  hostile(`MIME-Version: 1.0\nContent-Type: multipart/${type}; boundary=${boundary}`, body)
const html = (body: string): Buffer => hostile('Content-Type: text/html; charset=utf-8', body)
const plain = (body: string | Buffer, charset = 'utf-8'): Buffer =>
  hostile(`Content-Type: text/plain; charset=${charset}`, body)
const encoded = (encoding: string, body: string, type = 'text/plain'): Buffer =>
  hostile(`Content-Type: ${type}\nContent-Transfer-Encoding: ${encoding}`, body)

/** multipart in multipart in ... with one text at the bottom. */
function nested(depth: number): Buffer {
  const inner = Array.from(
    { length: depth },
    (_, at) => `--b${at}\r\nContent-Type: multipart/mixed; boundary=b${at + 1}\r\n\r\n`,
  )
  return mixed('b0', `${inner.join('')}--b${depth}\r\n${TEXT}--b${depth}--\r\n`)
}

const parts = (count: number, part: string): string => `--b\r\n${part}`.repeat(count)
const file = (name: string, content = 'x'): string =>
  `Content-Type: application/octet-stream; name=${name}\r\n\r\n${content}\r\n`

const words = (letter: string): string =>
  Array.from({ length: 30 }, (_, at) => `${letter}word${at}`).join(' ')
const OTHER_WORDS = words('a')
const MORE_WORDS = words('b')

export const STRUCTURE: readonly Row[] = [
  [
    1,
    'no bytes at all',
    Buffer.alloc(0),
    { subject: '(no subject)', text: '', requesterId: null, acknowledged: false },
  ],
  [
    2,
    'only headers',
    Buffer.from('From: Ana <ana@customer.test>\r\nSubject: Only headers\r\n'),
    { subject: 'Only headers', text: '' },
  ],
  [
    3,
    'no headers at all',
    Buffer.from('Hello, it is on fire.\r\nPlease come.\r\n'),
    {
      text: has('it is on fire'),
      requesterId: null,
      acknowledged: false,
      problems: has('no headers'),
    },
  ],
  [
    4,
    'an mbox line first',
    Buffer.concat([
      Buffer.from('From ana@customer.test Mon Jul  6 10:00:00 2026\r\n'),
      hostile(''),
    ]),
    { text: 'It is on fire.', subject: 'The printer', problems: '' },
  ],
  [5, '1,000 multiparts in each other', nested(1_000), ORIGINAL],
  [6, 'very many multiparts in each other', nested(sized(10_000, 100_000)), ORIGINAL],
  [
    7,
    'very many flat parts',
    mixed('b', `--b\r\n${TEXT}${parts(sized(5_000, 100_000), file('a.bin'))}--b--\r\n`),
    {
      ...HELLO,
      problems: has('more than 1000 parts'),
      files: expect.arrayContaining(['a.bin', 'message.eml']),
    },
  ],
  [
    8,
    'very many boundary lines',
    mixed('b', `--b\r\n${TEXT}${'--b\r\n'.repeat(sized(100_000, 500_000))}`),
    ORIGINAL,
  ],
  [
    9,
    '20,000 pictures in HTML',
    mixed(
      'b',
      `--b\r\nContent-Type: text/html\r\n\r\n<p>Hello there</p>\r\n${parts(20_000, 'Content-Type: image/png\r\nContent-ID: <a>\r\n\r\nx\r\n')}--b--`,
      'related',
    ),
    {
      ...HELLO,
      html: has('Hello there'),
      problems: has('more than 1000 parts'),
      files: expect.arrayContaining(['message.eml']),
    },
  ],
  [
    10,
    '10,000 messages in each other',
    hostile('Content-Type: message/rfc822', 'Content-Type: message/rfc822\r\n\r\n'.repeat(10_000)),
    { files: ['message.eml'] },
  ],
  [
    10,
    '10,000 messages in each other, as a part',
    mixed(
      'b',
      `--b\r\n${TEXT}--b\r\n${'Content-Type: message/rfc822\r\n\r\n'.repeat(10_000)}\r\n--b--\r\n`,
    ),
    { ...HELLO, files: ['message.eml'] },
  ],
  [
    11,
    'no boundary parameter',
    hostile('Content-Type: multipart/mixed', 'Hello there\r\n'),
    { ...HELLO, problems: has('without its boundary') },
  ],
  [
    12,
    'a boundary that never comes',
    mixed('b', 'Hello there\r\n'),
    { ...HELLO, problems: has('without its boundary') },
  ],
  [12, 'a boundary that is never closed', mixed('b', `--b\r\n${TEXT}`), HELLO],
  [
    13,
    'a boundary of 10,000 characters',
    mixed('b'.repeat(10_000), `--${'b'.repeat(10_000)}\r\n${TEXT}--${'b'.repeat(10_000)}--\r\n`),
    { full: has('Hello there') },
  ],
  [
    13,
    'a boundary of regex characters',
    mixed('"(a+)+$[.*"', `--(a+)+$[.*\r\n${TEXT}--(a+)+$[.*--\r\n`),
    HELLO,
  ],
  [
    13,
    'a boundary of spaces',
    mixed('"   "', `--   \r\n${TEXT}--   --\r\n`),
    { full: has('Hello there') },
  ],
  [
    14,
    'inner boundary equal',
    mixed(
      'b',
      `--b\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n${TEXT}--b--\r\n--b\r\n${file('a.bin')}--b--\r\n`,
    ),
    { ...HELLO, files: ['a.bin'] },
  ],
  [
    14,
    'inner boundary is a prefix',
    mixed(
      'bb',
      `--bb\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n${TEXT}--b--\r\n--bb\r\n${file('a.bin')}--bb--\r\n`,
    ),
    { ...HELLO, files: ['a.bin'] },
  ],
  [
    14,
    'outer boundary is a prefix',
    mixed(
      'b',
      `--b\r\nContent-Type: multipart/alternative; boundary=bb\r\n\r\n--bb\r\n${TEXT}--bb--\r\n--b\r\n${file('a.bin')}--b--\r\n`,
    ),
    { ...HELLO, files: ['a.bin'] },
  ],
  [
    15,
    'a multipart of no parts',
    mixed('b', '--b--\r\n'),
    { text: '', files: ['message.eml'], problems: has('all parts are empty') },
  ],
  [
    16,
    'only HTML',
    mixed(
      'b',
      '--b\r\nContent-Type: text/html\r\n\r\n<p>Hello there</p>\r\n--b--\r\n',
      'alternative',
    ),
    { ...HELLO, html: '<p>Hello there</p>' },
  ],
  [
    16,
    'only a calendar',
    mixed(
      'b',
      '--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch\r\nDTSTART:20260706T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n--b--\r\n',
      'alternative',
    ),
    { text: has('Invitation: Lunch'), files: ['(text/calendar)'] },
  ],
  [
    16,
    'text empty, HTML full',
    mixed(
      'b',
      '--b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hello there</p>\r\n--b--\r\n',
      'alternative',
    ),
    HELLO,
  ],
  [
    17,
    'two alternatives that disagree',
    mixed(
      'b',
      `--b\r\nContent-Type: text/plain\r\n\r\n${OTHER_WORDS}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>${MORE_WORDS} wire ten thousand</p>\r\n--b--\r\n`,
      'alternative',
    ),
    {
      text: has('wire ten thousand'),
      full: has('wire ten thousand'),
      problems: has('text and HTML version differ'),
    },
  ],
  [
    29,
    'base64 with strange characters',
    mixed(
      'b',
      `--b\r\n${TEXT}--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nR28***sR28\r\n--b--\r\n`,
    ),
    { ...HELLO, files: ['a.pdf'], problems: has('a.pdf is damaged') },
  ],
  [
    29,
    'base64 text cut off',
    encoded('base64', 'SGVsbG8gdGhlc'),
    { text: has('Hello the'), problems: has('damaged') },
  ],
  [
    30,
    'broken quoted-printable',
    encoded('quoted-printable', 'Hello =ZZ there=3D x ='),
    { text: 'Hello =ZZ there= x' },
  ],
  [
    31,
    'uuencode',
    plain('Look:\r\n\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n'),
    { text: 'Look:', files: ['a.txt'] },
  ],
  [
    31,
    'yEnc',
    plain('=ybegin line=128 size=3 name=a.bin\r\nxyz\r\n=yend size=3\r\n'),
    { text: has('=ybegin') },
  ],
  [
    31,
    'a winmail.dat that is none',
    mixed(
      'b',
      `--b\r\n${TEXT}--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nnot tnef\r\n--b--\r\n`,
    ),
    { ...HELLO, files: ['winmail.dat'], problems: has('could not be opened') },
  ],
  [
    35,
    '1,000 files',
    mixed(
      'b',
      `--b\r\n${TEXT}${Array.from({ length: 990 }, (_, at) => `--b\r\n${file(`f${at}.bin`)}`).join('')}--b--\r\n`,
    ),
    {
      ...HELLO,
      problems: has('790 more attachments'),
      files: expect.objectContaining({ length: 200 }),
    },
  ],
  [
    36,
    'a zip',
    mixed(
      'b',
      `--b\r\n${TEXT}--b\r\nContent-Type: application/zip; name=42.zip\r\n\r\nPK\x03\x04zzzz\r\n--b--\r\n`,
    ),
    { ...HELLO, files: ['42.zip'] },
  ],
  [
    37,
    'NUL',
    hostile('From: A\0na <ana@customer.test>\nSubject: a\0b', 'x\0y\0\r\n'),
    { subject: 'ab', text: 'xy' },
  ],
  [
    38,
    'mixed line ends',
    Buffer.from(
      'From: ana@customer.test\nSubject: ends\r\r\nTo: b@acme.test\r\n\nfirst\rsecond\nthird\r\nfourth\r\r\nfifth',
    ),
    { subject: 'ends', text: 'first\nsecond\nthird\nfourth\n\nfifth' },
  ],
  [
    38,
    'bare CR only',
    Buffer.from('From: ana@customer.test\rSubject: ends\r\rfirst\rsecond\r'),
    { subject: 'ends', text: 'first\nsecond' },
  ],
  [
    39,
    'UTF-16 with BOM',
    plain(
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Hello thäre', 'utf16le')]),
      'utf-16',
    ),
    { text: 'Hello thäre' },
  ],
  [
    39,
    'UTF-16BE with BOM',
    plain(
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from('Hello thäre', 'utf16le').swap16()]),
      'utf-16',
    ),
    { text: 'Hello thäre' },
  ],
  [
    39,
    'UTF-16 unnamed',
    plain(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Hello thäre', 'utf16le')])),
    { text: 'Hello thäre' },
  ],
  [
    40,
    'unknown charset',
    plain('Gr\xfc\xdfe', 'x-nonexist'),
    { text: 'Grüße', problems: has('x-nonexist') },
  ],
  [
    41,
    'UTF-7 script',
    hostile(
      'Content-Type: text/html; charset=utf-7',
      '<p>Hello</p>+ADw-script+AD4-alert(1)+ADw-/script+AD4-',
    ),
    { text: 'Hello', html: '<p>Hello</p>' },
  ],
  [
    43,
    'invalid UTF-8',
    plain(
      Buffer.concat([
        Buffer.from('ok '),
        Buffer.from([0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xff, 0xf5]),
        Buffer.from(' end'),
      ]),
    ),
    { text: expect.stringMatching(/^ok [^\p{Cs}]* end$/u), problems: has('not the UTF-8') },
  ],
  [
    44,
    'zalgo',
    plain(Buffer.from(`Hello ${'a' + '\u0301'.repeat(10_000)} 👨‍👩‍👧‍👦 there`)),
    { text: has('there') },
  ],
]
export const COSTLY: readonly Row[] = [
  [
    18,
    'a text above its limit',
    plain('Hello there\r\n'.repeat(sized(170_000, 1_600_000))),
    {
      text: expect.objectContaining({ length: 2_000_000 }),
      problems: has('text cut after 2000000'),
    },
  ],
  [
    19,
    'a line above its limit',
    plain('x'.repeat(sized(2_100_000, 50_000_000))),
    {
      text: expect.objectContaining({ length: 2_000_000 }),
      problems: has('text cut after 2000000'),
    },
  ],
  [
    20,
    'flowed quotes',
    hostile('Content-Type: text/plain; format=flowed', '> q \r\n'.repeat(sized(150_000, 500_000))),
    { full: has('q q q') },
  ],
  [
    21,
    '5,000 div',
    html(`${'<div>'.repeat(5_000)}Hello there`),
    { ...HELLO, html: has('Hello there'), problems: has('simplified') },
  ],
  [
    22,
    '50,000 div',
    html(`${'<div>'.repeat(50_000)}Hello there`),
    { ...HELLO, html: has('Hello there'), problems: has('simplified') },
  ],
  [
    23,
    '100,000 div',
    html(`${'<div>'.repeat(100_000)}Hello there`),
    { ...HELLO, html: has('Hello there'), problems: has('HTML cut after') },
  ],
  [
    24,
    'very many br',
    html(`Hello there${'<br>'.repeat(sized(300_000, 1_000_000))}`),
    { ...HELLO, html: has('Hello there'), problems: has('HTML cut after') },
  ],
  [
    25,
    'HTML above its limit',
    html('<p>Hello there</p>'.repeat(sized(300_000, 1_100_000))),
    { text: has('Hello there'), problems: has('HTML cut after') },
  ],
  [
    26,
    'attribute of 10 MB',
    html(`<p title="${'x'.repeat(10_000_000)}">Hello there</p>`),
    { ...HELLO, html: has('Hello there'), files: [] },
  ],
  [
    27,
    '1,000,000 entities',
    html('&amp;'.repeat(1_000_000)),
    { text: expect.objectContaining({ length: 1_000_000 }) },
  ],
  [
    28,
    'a megabyte of soft breaks',
    encoded('quoted-printable', '=\r\n'.repeat(sized(350_000, 3_300_000))),
    { text: '', files: ['message.eml'] },
  ],
  [
    32,
    'a large file',
    mixed(
      'b',
      `--b\r\n${TEXT}--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${`${'QUJD'.repeat(19)}\r\n`.repeat(sized(100_000, 440_000))}--b--\r\n`,
    ),
    { ...HELLO, files: ['a.pdf'] },
  ],
  [
    42,
    'toggles of ISO-2022-JP',
    plain('\x1b$B\x1b(B'.repeat(sized(150_000, 1_600_000)), 'iso-2022-jp'),
    { acknowledged: true },
  ],
  [45, '100 kB of newlines', plain('\n'.repeat(100_000)), { text: '' }],
  [
    46,
    '"on ... at" without end',
    plain(' on xxx at yyy'.repeat(6_200)),
    { text: has('on xxx at yyy') },
  ],
  [47, 'a megabyte of addresses', plain('a@b.com\r\n'.repeat(120_000)), { text: has('a@b.com') }],
  [48, '150,000 times mailto:', plain('mailto:'.repeat(150_000)), { text: has('mailto:') }],
]
