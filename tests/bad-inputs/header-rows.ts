/** Messages whose headers are broken, lie or are made to hurt, each with what must become of it. */
import { expect } from 'vitest'
import { BARE, hostile, type Row, sized } from './hostile-mail.ts'

const has = (text: string): unknown => expect.stringContaining(text)
const subject = (value: string): Buffer => hostile(`Subject: ${value}`)
const from = (value: string): Buffer => hostile(`From: ${value}`)
const list = (count: number, one: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => one(at)).join('')
const b = (...parts: readonly string[]): string =>
  `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`
const multipart = (type: string, body: string, headers = ''): Buffer =>
  hostile(`${headers}Content-Type: multipart/${type}; boundary=b`, body)

const TEXT = 'Content-Type: text/plain\r\n\r\nHello there'
const WELL = { subject: 'The printer', text: 'It is on fire.', acknowledged: true }
/** Somebody we could not answer. */
const UNKNOWN = { text: 'It is on fire.', sender: null, requesterId: null, acknowledged: false }
const AMBIGUOUS = { text: 'It is on fire.', requesterId: null, acknowledged: false }
const UNTITLED = { subject: '(no subject)', acknowledged: true }
const UNANSWERED = { acknowledged: false }

const DAMAGED: readonly Row[] = [
  [
    49,
    'a header above what is read at once',
    hostile(`X-Long: ${'x'.repeat(sized(2_100_000, 10_000_000))}\nSubject: Below it`),
    { ...WELL, subject: 'Below it', problems: has('overlong header values cut') },
  ],
  [
    50,
    'very many headers',
    hostile(list(sized(100_000, 1_000_000), (at) => `X-H${at}: y\n`)),
    { ...WELL, problems: has('headers, only 5000 kept') },
  ],
  [
    51,
    'a Subject of very many encoded words',
    subject('=?utf-8?q?a?= '.repeat(sized(20_000, 100_000))),
    { subject: expect.stringMatching(/^a{500}/), problems: has('overlong header values cut') },
  ],
  [52, 'no Subject', hostile(BARE('Subject')), UNTITLED],
  [52, 'an empty Subject', subject(''), UNTITLED],
  [52, 'a Subject of spaces', subject('    '), UNTITLED],
  [52, 'a Subject that is only a reply to nothing', subject('Re: Re: Re:'), UNTITLED],
  [
    53,
    'a line break and a Bcc in the Subject',
    subject('=?utf-8?q?hello=0D=0ABcc:_evil@stranger.test?='),
    { subject: 'hello Bcc: evil@stranger.test', acknowledged: true },
  ],
  [54, 'a Subject of 6,000 characters', subject('s'.repeat(6_000)), { subject: 's'.repeat(5_000) }],
  ...['[#42]', '[Ticket#1e3]', '[#-1]', '[#99999999999999999999]', '[#0x1]', '[#1]'].map(
    (tag): Row => [
      55,
      `the tag ${tag} of nobody's ticket`,
      subject(`${tag} hello`),
      { subject: `${tag} hello`, acknowledged: true },
    ],
  ),
  [73, 'our address in no header', hostile('To: other@elsewhere.test'), WELL],
  [85, 'no Date', hostile(BARE('Date')), { ...WELL, problems: 'no date' }],
  ...['garbage', 'Mon, 6 Jul 2026 10:00:00 +9999'].map(
    (date): Row => [
      85,
      `the Date ${date}`,
      hostile(`Date: ${date}`),
      { ...WELL, problems: 'unreadable date' },
    ],
  ),
  ...['Thu, 1 Jan 1970 00:00:00 +0000', 'Wed, 6 Jul 2050 10:00:00 +0000'].map(
    (date): Row => [85, `the Date ${date}`, hostile(`Date: ${date}`), WELL],
  ),
  [
    86,
    '1,000 Received',
    hostile(list(1_000, (at) => `Received: from a${at} by b; Mon, 6 Jul 2026 10:00:00 +0000\n`)),
    { ...UNANSWERED, reasons: has('too many hops') },
  ],
  ...['text/plain; charset', 'text', '/', `text/plain${'; a=b'.repeat(100_000)}`].map(
    (type): Row => [
      90,
      `the Content-Type ${type.slice(0, 30)}`,
      hostile(`Content-Type: ${type}`),
      WELL,
    ],
  ),
  [
    93,
    'names of prototypes',
    hostile(
      '__proto__: x\nconstructor: y\nContent-Type: text/plain; __proto__=a; constructor=b; charset=utf-8',
    ),
    WELL,
  ],
  [
    94,
    'lines that are no headers',
    hostile('X Space: y\nnocolon\n\xff\xfe: z\nX-After: w'),
    { ...WELL, problems: has('lines among the headers that are none') },
  ],
]

const SENDERS: readonly Row[] = [
  [56, 'no From', hostile(BARE('From')), UNKNOWN],
  [56, 'an empty From', from(''), UNKNOWN],
  [56, 'the From <>', from('<>'), UNKNOWN],
  [
    57,
    'two From',
    hostile('From: a1@customer.test\nFrom: a2@customer.test'),
    { ...AMBIGUOUS, problems: has('more than one From') },
  ],
  [57, 'two addresses in From', from('a3@customer.test, a4@customer.test'), AMBIGUOUS],
  [57, 'a group in From', from('g: a5@customer.test, a6@customer.test;'), AMBIGUOUS],
  [57, 'an agent and a stranger in From', from('bruno@acme.test, a8@customer.test'), AMBIGUOUS],
  [58, 'undisclosed recipients in From', from('undisclosed-recipients:;'), UNKNOWN],
  ...['a@b@c.test', '@b.test', 'a@'].map(
    (address): Row => [59, `the From ${address}`, from(address), UNKNOWN],
  ),
  [60, 'a NUL after the address', from('nul@customer.test\0'), UNKNOWN],
  [60, 'a NUL in the address', from('Ana <nul@cust\0omer.test>'), UNKNOWN],
  [
    61,
    'a comment in the middle of a domain',
    from('user@good.test(x)evil.test'),
    { sender: 'user@good.test' },
  ],
  [61, 'a comment in a domain in brackets', from('Ana <user@good.test(x)evil.test>'), UNKNOWN],
  [
    62,
    'an agent in the name',
    from('"bruno@acme.test" <c1@customer.test>'),
    { sender: 'c1@customer.test', problems: has('the name of the sender is another address') },
  ],
  [
    62,
    'an agent in an encoded name',
    from('=?utf-8?q?bruno@acme.test=3E?= <c2@customer.test>'),
    { sender: 'c2@customer.test', problems: has('the name of the sender is another address') },
  ],
  [
    63,
    'letters that look like ours',
    hostile('From: bruno@\xd0\xb0cme.test'),
    { sender: 'bruno@xn--cme-5cd.test', requesterId: expect.any(Number) },
  ],
  [64, 'a number for a domain', from('a@[127.0.0.1]'), UNKNOWN],
  [
    64,
    'a domain without a dot',
    from('root@localhost'),
    { text: 'It is on fire.', sender: 'root@localhost', acknowledged: false },
  ],
  [
    65,
    'our own address',
    from('support@acme.test'),
    { fate: 'system', verdict: 'own', acknowledged: false },
  ],
  [66, 'a local part of 65', from(`${'l'.repeat(65)}@customer.test`), UNKNOWN],
  [66, 'an address of 1,000', from(`l@${'d.'.repeat(500)}test`), UNKNOWN],
  [
    67,
    'a name of 10,000',
    from(`"${'n'.repeat(10_000)}" <n1@customer.test>`),
    { ...WELL, sender: 'n1@customer.test', name: 'n'.repeat(128) },
  ],
  [
    67,
    'a name that turns around',
    hostile('From: "\xe2\x80\xae<b>gnp\r\n \x1b[1m" <n2@customer.test>'),
    { ...WELL, sender: 'n2@customer.test', name: '<b>gnp [1m' },
  ],
  [
    69,
    '50,000 in To',
    hostile(`To: ${list(50_000, (at) => `a${at}@b.test,`)}`),
    { ...WELL, problems: has('only 1000 addresses of to kept') },
  ],
  [
    70,
    '100,000 open groups in To',
    hostile(`To: ${'g0:'.repeat(100_000)}`),
    { ...WELL, problems: has('to header cut') },
  ],
  [
    71,
    '200,000 open comments in To',
    hostile(`To: ${'('.repeat(200_000)}`),
    { ...WELL, problems: has('to header cut') },
  ],
  [
    71,
    '200,000 open quotes in To',
    hostile(`To: ${'"'.repeat(200_000)}`),
    { ...WELL, problems: has('to header cut') },
  ],
  [72, '500 in Cc', hostile(`Cc: ${list(500, (at) => `a${at}@b.test,`)}`), { ...WELL, people: 1 }],
  [
    87,
    'forged results of authentication',
    hostile(
      'From: bruno@acme.test\nAuthentication-Results: mx.acme.test.evil; dmarc=pass header.from=acme.test\nAuthentication-Results: acme.test; dmarc=pass header.from=acme.test',
    ),
    { text: 'It is on fire.', aligned: false },
  ],
]

const IDS: readonly Row[] = [
  [74, 'no Message-ID', hostile(BARE('Message-ID')), { ...WELL, problems: 'no usable Message-ID' }],
  [
    75,
    'an empty Message-ID',
    hostile('Message-ID: <>'),
    { ...WELL, problems: 'no usable Message-ID' },
  ],
  [
    75,
    'a Message-ID of 10 kB',
    hostile(`Message-ID: <${'m'.repeat(10_000)}@customer.test>`),
    { ...WELL, problems: 'no usable Message-ID' },
  ],
  [
    75,
    'a Message-ID without brackets',
    hostile('Message-ID: bare@customer.test'),
    { ...WELL, problems: '' },
  ],
  [
    75,
    'a Message-ID with spaces and quotes',
    hostile('Message-ID: <a b" c@customer.test>'),
    { ...WELL, problems: '' },
  ],
  [
    76,
    'two Message-IDs',
    hostile(
      'From: t0@customer.test\nSubject: first\nMessage-ID: <first@customer.test>\nMessage-ID: <second@customer.test>',
    ),
    { text: 'It is on fire.', problems: has('more than one Message-ID') },
  ],
  [
    77,
    'a Message-ID',
    hostile('From: t1@customer.test\nMessage-ID: <twin@customer.test>\nSubject: one', 'one\r\n'),
    { subject: 'one' },
  ],
  [
    77,
    'the same with other content',
    hostile('From: t1@customer.test\nMessage-ID: <twin@customer.test>\nSubject: two', 'two\r\n'),
    { subject: 'two' },
  ],
  [
    78,
    'the same with the same content',
    hostile('From: t1@customer.test\nMessage-ID: <twin@customer.test>\nSubject: two', 'two\r\n'),
    { fate: 'duplicate', duplicateOf: expect.any(Number) },
  ],
  [
    81,
    '10,000 ids in In-Reply-To',
    hostile(`In-Reply-To: ${list(10_000, (at) => `<r${at}@x.test> `)}`),
    WELL,
  ],
  [
    81,
    'References of megabytes',
    hostile(`References: ${list(100_000, (at) => `<r${at}@x.test>\r\n `)}`),
    { ...WELL, problems: has('overlong') },
  ],
  [
    82,
    'References with commas',
    hostile('From: t0@customer.test\nReferences: <x@y>,<first@customer.test>,'),
    { fate: 'comment', subject: 'first' },
  ],
  [
    82,
    'References without brackets',
    hostile('From: t0@customer.test\nIn-Reply-To: first@customer.test'),
    { fate: 'comment', subject: 'first' },
  ],
  [
    82,
    'References folded within an id',
    hostile('From: t0@customer.test\nReferences: <first@cus\r\n tomer.test>'),
    { fate: 'comment', subject: 'first' },
  ],
  [
    83,
    'a token that nobody was given',
    hostile('From: t9@customer.test\nIn-Reply-To: <pr.1.2.aaaaaaaaaaaaaaaaaaaaaaaaaa@acme.test>'),
    { ...WELL, fate: 'ticket' },
  ],
]

const NAMES: readonly (readonly [raw: string, shown: string])[] = [
  ['../../etc/passwd', 'passwd'],
  ['C:\\\\windows\\\\x.exe', 'x.exe'],
  ['a\0b.txt', 'ab.txt'],
  ['CON', '_CON'],
  ['.', '(application/octet-stream)'],
  ['..', '(application/octet-stream)'],
  ['   ', '(application/octet-stream)'],
  [`${'x'.repeat(1_000)}.pdf`, `${'x'.repeat(146)}.pdf`],
  ['=?utf-8?q?=E2=80=AEgnp.exe?=', 'gnp.exe'],
  ['<script>.html', '_script_.html'],
  ['a\\"b.txt', 'a_b.txt'],
]

const KINDS: readonly Row[] = [
  [
    88,
    'an answer of a machine',
    hostile('Auto-Submitted: auto-replied'),
    { fate: 'system', ...UNANSWERED },
  ],
  ...['Precedence: bulk', 'List-Id: <l.x.test>', 'X-Auto-Response-Suppress: All'].map(
    (header): Row => [88, header, hostile(header), UNANSWERED],
  ),
  [
    91,
    'a program and nothing else',
    hostile('Content-Type: application/x-sh', 'rm -rf /\r\n'),
    { text: '', files: ['(application/x-sh)'] },
  ],
  ...NAMES.map(
    ([raw, shown]): Row => [
      92,
      `the file name ${JSON.stringify(raw.slice(0, 40))}`,
      multipart(
        'mixed',
        b(
          TEXT,
          `Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="${raw}"\r\n\r\nx`,
        ),
      ),
      { text: 'Hello there', files: [shown] },
    ],
  ),
  [
    95,
    'a bounce',
    multipart(
      'report; report-type=delivery-status',
      b(
        'Content-Type: text/plain\r\n\r\nIt failed',
        'Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; gone@customer.test\r\nAction: failed\r\nStatus: 5.1.1\r\n',
      ),
      'From: MAILER-DAEMON@customer.test\nReturn-Path: <>\n',
    ),
    { fate: 'system', verdict: 'bounce', ...UNANSWERED },
  ],
  [
    96,
    'a bounce that says nothing',
    multipart(
      'report; report-type=delivery-status',
      b('Content-Type: message/delivery-status\r\n\r\n'),
      'From: MAILER-DAEMON@customer.test\nReturn-Path: <>\n',
    ),
    { fate: 'system', verdict: 'report', ...UNANSWERED },
  ],
  [
    97,
    'a complaint',
    multipart(
      'report; report-type=feedback-report',
      b(
        'Content-Type: text/plain\r\n\r\nabuse',
        'Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\n',
        'Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny',
      ),
    ),
    { fate: 'system', verdict: 'report', ...UNANSWERED },
  ],
  [
    97,
    'a receipt of reading',
    multipart(
      'report; report-type=disposition-notification',
      b(
        'Content-Type: text/plain\r\n\r\nread',
        'Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; a@customer.test\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n',
      ),
    ),
    { fate: 'system', verdict: 'report', ...UNANSWERED },
  ],
  [
    98,
    'what is encrypted',
    multipart(
      'encrypted; protocol="application/pgp-encrypted"',
      b(
        'Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1',
        'Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----',
      ),
    ),
    {
      text: has('is encrypted with OpenPGP'),
      files: ['(application/pgp-encrypted)', 'encrypted.asc'],
    },
  ],
  [
    98,
    'what is signed',
    multipart(
      'signed; protocol="application/pgp-signature"',
      b(
        TEXT,
        'Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN PGP SIGNATURE-----',
      ),
    ),
    { text: 'Hello there', files: ['signature.asc'], problems: has('signed with OpenPGP') },
  ],
  [
    99,
    'an invitation',
    multipart(
      'mixed',
      b(
        TEXT,
        'Content-Type: text/calendar; method=REQUEST; name=invite.ics\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch\r\nDTSTART:20260706T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR',
      ),
    ),
    { text: has('Invitation: Lunch'), files: ['invite.ics'] },
  ],
  [
    100,
    'only a quotation',
    hostile('', '> It is on fire\r\n> Really\r\n'),
    { text: '> It is on fire\n> Really' },
  ],
  [
    100,
    'only a signature',
    hostile('', '-- \r\nAna Customer\r\nHead of Fire\r\n'),
    { text: has('Ana Customer') },
  ],
]

export const HEADERS: readonly Row[] = [...DAMAGED, ...SENDERS, ...IDS, ...KINDS]
