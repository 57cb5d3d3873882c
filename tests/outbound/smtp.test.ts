/** One submission, every way a server can behave: what may be sent again, and what may not. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { Address } from '../../src/mail/address.ts'
import {
  openLane,
  SMTP_TIMEOUTS,
  type SmtpLane,
  type SubmissionResult,
} from '../../src/outbound/smtp.ts'
import { freePort } from '../kit/ports.ts'
import {
  type Answer,
  DROP,
  HANG,
  type ScriptedSmtp,
  type SmtpScript,
  startScriptedSmtp,
} from '../kit/scripted-smtp.ts'
import { ANA, ENVELOPE, MESSAGE, NEVER, NO_HOOKS, SHORT, settingsFor } from './smtp-cases.ts'

let server: ScriptedSmtp
let lane: SmtpLane

async function start(scripts: SmtpScript[], timeouts = SHORT): Promise<void> {
  server = await startScriptedSmtp(scripts)
  lane = openLane(settingsFor(server.port), timeouts)
}

const submit = (source = MESSAGE, hooks = NO_HOOKS, signal = NEVER): Promise<SubmissionResult> =>
  lane.submit(ENVELOPE, source, hooks, signal)

afterEach(async () => {
  await lane?.close()
  await server?.stop()
})

const PIPELINING = ['PIPELINING', '8BITMIME', 'SIZE 1000000', 'AUTH PLAIN']
const PLAIN = ['8BITMIME', 'SIZE 1000000', 'AUTH PLAIN']
const answering = (verb: string, answer: Answer): SmtpScript => ({ answers: { [verb]: answer } })

const server4 = { kind: 'temporary', scope: 'server' }
const message4 = { kind: 'temporary', scope: 'message' }
const uncertain = { kind: 'uncertain' }

describe.each([
  ['one command at a time', PLAIN],
  ['pipelining', PIPELINING],
])('a server with %s', (_name, extensions) => {
  // Name, script, result, how many complete messages the server got.
  test.each<[string, SmtpScript, object, number]>([
    ['takes it', {}, { kind: 'sent', reply: '250 2.0.0 queued as 42' }, 1],
    [
      'bad input 138: closes before the greeting',
      { greeting: DROP },
      { ...server4, code: null },
      0,
    ],
    [
      'bad input 138: greets with 421',
      { greeting: '421 4.3.2 busy' },
      { ...server4, code: 421 },
      0,
    ],
    ['greets with 554', { greeting: '554 no' }, { ...server4, code: 554 }, 0],
    ['bad input 138: never greets', { greeting: HANG }, { ...server4, code: null }, 0],
    [
      'bad input 138: greets with nonsense',
      { greeting: 'HTTP/1.1 400' },
      { ...server4, code: null },
      0,
    ],
    [
      'bad input 139: refuses the login',
      answering('AUTH', '535 5.7.8 no'),
      { ...server4, code: 535 },
      0,
    ],
    [
      'bad input 140: puts the login off',
      answering('AUTH', '454 4.7.0 later'),
      { ...server4, code: 454 },
      0,
    ],
    [
      'bad input 150: answers megabytes',
      answering('MAIL', `550-${'x'.repeat(5_000_000)}\r\n550 no`),
      server4,
      0,
    ],
    ['bad input 154: hangs at the login', answering('AUTH', HANG), { ...server4, code: null }, 0],
    ['bad input 141: is full', answering('MAIL', '452 4.3.1 full'), { ...server4, code: 452 }, 0],
    [
      'bad input 141: refuses the sender',
      answering('MAIL', '550 5.7.1 no'),
      { kind: 'permanent', code: 550, badRecipient: false },
      0,
    ],
    ['drops at MAIL', answering('MAIL', DROP), { ...server4, code: null }, 0],
    [
      'bad input 142: greylists',
      answering('RCPT', '451 4.7.1 later'),
      { kind: 'temporary', scope: 'recipient', code: 451 },
      0,
    ],
    [
      'bad input 145: does not know the recipient',
      answering('RCPT', '550 5.1.1 unknown'),
      { kind: 'permanent', code: 550, badRecipient: true, reply: '550 5.1.1 unknown' },
      0,
    ],
    ['drops at RCPT', answering('RCPT', DROP), { ...server4, code: null }, 0],
    ['bad input 154: hangs at RCPT', answering('RCPT', HANG), { ...server4, code: null }, 0],
    ['closes at RCPT', answering('RCPT', ['421 4.3.2 bye', DROP]), { ...server4, code: 421 }, 0],
    [
      'refuses the recipient and takes DATA all the same',
      { answers: { RCPT: '450 4.2.0 later', DATA: '554 5.5.1 no recipients' } },
      { kind: 'temporary', scope: 'recipient', code: 450 },
      0,
    ],
    ['refuses DATA for now', answering('DATA', '451 later'), { ...message4, code: 451 }, 0],
    [
      'bad input 146: refuses DATA',
      answering('DATA', '554 5.6.0 no'),
      { kind: 'permanent', code: 554 },
      0,
    ],
    ['drops at DATA', answering('DATA', DROP), { ...server4, code: null }, 0],
    ['bad input 147: drops in the body', { midBody: DROP }, { ...server4, code: null }, 0],
    [
      'refuses in the body',
      { midBody: ['552 5.3.4 big', DROP] },
      { kind: 'permanent', code: 552 },
      0,
    ],
    ['bad input 148: drops after the dot', { afterDot: DROP }, uncertain, 1],
    ['bad input 148: hangs after the dot', { afterDot: HANG }, uncertain, 1],
    ['talks nonsense after the dot', { afterDot: 'very well' }, uncertain, 1],
    ['says 2xx-like nonsense after the dot', { afterDot: '2fast2furious' }, uncertain, 1],
    ['says 354 after the dot', { afterDot: '354 more' }, uncertain, 1],
    ['accepts and drops', { afterDot: ['250 OK', DROP] }, { kind: 'sent', reply: '250 OK' }, 1],
    [
      'bad input 149: puts it off after the dot',
      { afterDot: '451 4.7.1 later' },
      { ...message4, code: 451 },
      1,
    ],
    ['closes after the dot', { afterDot: ['421 4.3.2 bye', DROP] }, { ...server4, code: 421 }, 1],
    [
      'bad input 149: refuses after the dot',
      { afterDot: '554 5.7.1 spam' },
      { kind: 'permanent', code: 554 },
      1,
    ],
  ])('%s', async (_case, script, expected, taken) => {
    await start([{ extensions, ...script }])
    // Larger than all buffers on the way, so that "in the body" is before the dot.
    const source =
      script.midBody === undefined ? MESSAGE : Buffer.alloc(8_000_000, `${'x'.repeat(70)}\r\n`)
    if (source !== MESSAGE) await restartWithoutSizeLimit(script)
    expect(await submit(source)).toMatchObject(expected)
    expect(server.messages).toHaveLength(taken)
  })

  async function restartWithoutSizeLimit(script: SmtpScript): Promise<void> {
    await server.stop()
    await start([
      { ...script, extensions: extensions.map((line) => line.replace(/SIZE.*/, 'SIZE')) },
    ])
  }
})

test('bad input 138: a server that is not there is a reason to wait', async () => {
  lane = openLane(settingsFor(await freePort()), SHORT)
  expect(await submit()).toMatchObject({
    ...server4,
    reply: expect.stringContaining('ECONNREFUSED') as string,
  })
})

describe('the bytes', () => {
  const cases: [string, string, string][] = [
    ['dots at the start of a line are doubled', '.a\r\n..b\r\n.\r\n', '..a\r\n...b\r\n..\r\n'],
    ['bare line feeds become CRLF', 'a\n.b\n', 'a\r\n..b\r\n'],
    ['a bare CR cannot smuggle an end of data', 'a\r.\rb\r\n', 'a\r\n..\r\nb\r\n'],
    ['a missing last line end is added', 'a', 'a\r\n'],
    ['eight-bit bytes pass unchanged', 'gr\u00fc\u00df\r\n', 'gr\u00fc\u00df\r\n'],
  ]
  test.each(cases)('%s', async (_name, source, onTheWire) => {
    await start([{}])
    expect(await submit(Buffer.from(source, 'latin1'))).toMatchObject({ kind: 'sent' })
    expect(server.messages).toEqual([onTheWire])
  })

  test('8BITMIME is declared for eight-bit bytes only', async () => {
    await start([{}])
    await submit(Buffer.from('gr\u00fcn', 'latin1'))
    await submit(Buffer.from('green'))
    const mails = server.sessions[0]?.commands.filter((line) => line.startsWith('MAIL'))
    expect(mails).toEqual([
      'MAIL FROM:<support+b.token@acme.test> BODY=8BITMIME SIZE=4',
      'MAIL FROM:<support+b.token@acme.test> SIZE=5',
    ])
  })

  test('the null reverse-path is sent as <>', async () => {
    await start([{}])
    await lane.submit({ mailFrom: '', rcptTo: ANA }, MESSAGE, NO_HOOKS, NEVER)
    expect(server.sessions[0]?.commands).toContain(`MAIL FROM:<> SIZE=${MESSAGE.length}`)
  })
})

describe('what the server would refuse is not sent', () => {
  test('bad input 152: a message above its SIZE, with both sizes in the answer', async () => {
    await start([{ extensions: ['SIZE 100', 'AUTH PLAIN'] }])
    expect(await submit(Buffer.alloc(101, 'x'))).toEqual({
      kind: 'permanent',
      code: 552,
      reply: '552 5.3.4 the message has 101 bytes, the server takes at most 100',
      badRecipient: false,
    })
    expect(server.sessions[0]?.commands).toEqual([
      'EHLO postroom.acme.test',
      expect.stringMatching(/^AUTH PLAIN /) as string,
    ])
    expect(await submit(Buffer.alloc(100, 'x'))).toMatchObject({ kind: 'sent' })
  })

  test('bad input 68, 153: a non-ASCII address, unless the server has SMTPUTF8', async () => {
    const toJose = { mailFrom: '', rcptTo: 'jos\u00e9@customer.test' as Address }
    await start([{}, { extensions: ['SMTPUTF8', 'AUTH PLAIN'] }])
    expect(await lane.submit(toJose, MESSAGE, NO_HOOKS, NEVER)).toMatchObject({
      kind: 'permanent',
      code: 553,
      badRecipient: false,
    })
    await lane.close()
    expect(await lane.submit(toJose, MESSAGE, NO_HOOKS, NEVER)).toMatchObject({ kind: 'sent' })
  })

  test.each(['', 'ana', 'ana@customer.test>\r\nRCPT TO:<eve@evil.test', 'a b@customer.test'])(
    'the recipient %j',
    async (rcptTo) => {
      await start([{}])
      const broken = { mailFrom: '', rcptTo: rcptTo as Address }
      expect(await lane.submit(broken, MESSAGE, NO_HOOKS, NEVER)).toMatchObject({
        kind: 'permanent',
        badRecipient: true,
      })
      expect(server.sessions[0]?.commands.some((line) => line.startsWith('RCPT'))).toBe(false)
    },
  )
})

describe('before the final dot', () => {
  test('beforeDot sees a message the server does not have yet', async () => {
    await start([{}])
    let seen = -1
    const beforeDot = async (): Promise<void> => {
      await delay(100)
      seen = server.messages.length
    }
    expect(await submit(MESSAGE, { beforeDot })).toMatchObject({ kind: 'sent' })
    expect(seen).toBe(0)
    expect(server.messages).toHaveLength(1)
  })

  test('a beforeDot that fails means nothing was sent, and the next message works', async () => {
    await start([{}])
    const beforeDot = async (): Promise<void> => {
      throw new Error('claim lost')
    }
    expect(await submit(MESSAGE, { beforeDot })).toEqual({
      kind: 'temporary',
      code: null,
      reply: 'not sent: claim lost',
      scope: 'message',
    })
    expect(await submit()).toMatchObject({ kind: 'sent' })
    expect(server.messages).toHaveLength(1)
    expect(server.sessions).toHaveLength(2)
  })

  test('a connection lost while beforeDot runs is safe, and we return only when it is done', async () => {
    await start([{}])
    let finished = false
    const beforeDot = async (): Promise<void> => {
      server.dropAll()
      await delay(150)
      finished = true
    }
    expect(await submit(MESSAGE, { beforeDot })).toMatchObject({ ...server4, code: null })
    expect(finished).toBe(true)
    expect(server.messages).toHaveLength(0)
  })

  test('bad input 151: an answer before the dot is no acceptance', async () => {
    await start([{ midBody: '250 2.0.0 fine' }])
    const beforeDot = (): Promise<void> => delay(100)
    expect(await submit(MESSAGE, { beforeDot })).toMatchObject({ ...server4, code: null })
    expect(server.messages).toHaveLength(0)
  })
})

describe('stopping', () => {
  test('before the dot: nothing was sent', async () => {
    await start([answering('RCPT', HANG)], SMTP_TIMEOUTS)
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    expect(await submit(MESSAGE, NO_HOOKS, stop.signal)).toMatchObject(server4)
  })

  test('while connecting: nothing was sent', async () => {
    await start([{ greeting: HANG }], SMTP_TIMEOUTS)
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    expect(await submit(MESSAGE, NO_HOOKS, stop.signal)).toMatchObject(server4)
  })

  test('after the dot: nobody knows', async () => {
    await start([{ afterDot: HANG }], SMTP_TIMEOUTS)
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 200)
    expect(await submit(MESSAGE, NO_HOOKS, stop.signal)).toMatchObject(uncertain)
  })
})
