/** The connection under the submissions: kept, replaced, and never without the TLS it asks for. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import {
  openLane,
  type SmtpLane,
  SmtpProblem,
  type SmtpSettings,
  type SubmissionResult,
  verifySmtp,
} from '../../src/outbound/smtp.ts'
import { makeCertificateAuthority } from '../kit/certificates.ts'
import { freePort } from '../kit/ports.ts'
import {
  type Answer,
  DROP,
  HANG,
  type ScriptedSmtp,
  type SmtpScript,
  startScriptedSmtp,
} from '../kit/scripted-smtp.ts'
import { ENVELOPE, MESSAGE, NEVER, NO_HOOKS, SHORT, settingsFor } from './smtp-cases.ts'

let server: ScriptedSmtp
let lane: SmtpLane | null = null

async function start(scripts: SmtpScript[], timeouts = SHORT): Promise<void> {
  server = await startScriptedSmtp(scripts)
  lane = openLane(settingsFor(server.port), timeouts)
}

async function submit(): Promise<SubmissionResult> {
  if (lane === null) throw new Error('no lane')
  return lane.submit(ENVELOPE, MESSAGE, NO_HOOKS, NEVER)
}

afterEach(async () => {
  await lane?.close()
  await server?.stop()
  lane = null
})

describe('a lane keeps its connection', () => {
  const count = (): number => server.sessions.length

  test('for the next message', async () => {
    await start([{}])
    for (let i = 0; i < 3; i += 1) expect(await submit()).toMatchObject({ kind: 'sent' })
    expect(count()).toBe(1)
  })

  test('also after a refusal, which it takes back with RSET', async () => {
    await start([{ answers: { RCPT: '550 5.1.1 unknown' } }])
    await submit()
    expect(await submit()).toMatchObject({ kind: 'permanent' })
    expect(count()).toBe(1)
    expect(server.sessions[0]?.commands.filter((line) => line === 'RSET')).toHaveLength(2)
  })

  test('and notices that the server closed it meanwhile', async () => {
    await start([{}])
    await submit()
    server.dropAll()
    await delay(50)
    expect(await submit()).toMatchObject({ kind: 'sent' })
    expect(count()).toBe(2)
  })

  test.each<[string, Answer]>([
    ['drops the next MAIL', DROP],
    ['hangs at the next MAIL', HANG],
    ['answers the next MAIL with 421', ['421 4.4.2 idle too long', DROP]],
  ])('and tries once more when it %s', async (_name, answer) => {
    const first: SmtpScript = {}
    await start([first, {}])
    await submit()
    first.answers = { MAIL: answer }
    expect(await submit()).toMatchObject({ kind: 'sent' })
    expect(count()).toBe(2)
    expect(server.messages).toHaveLength(2)
  })

  test('not for ever: an idle one is closed politely', async () => {
    await start([{}], { ...SHORT, idleMs: 100 })
    await submit()
    await delay(300)
    expect(server.sessions[0]?.commands.at(-1)).toBe('QUIT')
  })

  test('and not for two messages at once', async () => {
    await start([{}])
    const first = submit()
    await expect(submit()).rejects.toThrow('one message at a time')
    expect(await first).toMatchObject({ kind: 'sent' })
  })
})

describe('TLS', () => {
  const authority = makeCertificateAuthority()
  const stranger = makeCertificateAuthority()
  const certificate = authority.issue('localhost', '127.0.0.1')

  async function verify(
    tls: SmtpSettings['tls'],
    changes: Partial<SmtpSettings> = {},
    served = { certificate, implicit: tls === 'implicit' },
  ): Promise<void> {
    server = await startScriptedSmtp([{}], served)
    await verifySmtp(settingsFor(server.port, { tls, ca: authority.ca, ...changes }), SHORT)
  }

  test.each(['starttls', 'implicit'] as const)('%s: logs in over TLS only', async (tls) => {
    await verify(tls)
    expect(server.sessions[0]?.secure).toBe(true)
    const commands = server.sessions[0]?.commands.map((line) => line.split(' ')[0])
    expect(commands).toEqual(
      tls === 'implicit' ? ['EHLO', 'AUTH', 'QUIT'] : ['EHLO', 'STARTTLS', 'EHLO', 'AUTH', 'QUIT'],
    )
  })

  test.each<[string, SmtpSettings['tls'], Partial<SmtpSettings>, RegExp]>([
    [
      'another CA',
      'starttls',
      { ca: stranger.ca },
      /(signature failure|unable to verify).*tls_ca_file/,
    ],
    [
      'another CA',
      'implicit',
      { ca: stranger.ca },
      /(signature failure|unable to verify).*tls_ca_file/,
    ],
    [
      'no CA of ours',
      'starttls',
      { ca: null },
      /(signature failure|unable to verify).*tls_ca_file/,
    ],
  ])('a certificate by %s is refused (%s)', async (_name, tls, changes, words) => {
    await expect(verify(tls, changes)).rejects.toMatchObject({
      problem: 'tls',
      message: expect.stringMatching(words) as string,
    })
    expect(server.sessions[0]?.commands.some((line) => line.startsWith('AUTH'))).toBe(false)
  })

  test.each(['starttls', 'implicit'] as const)('a name not in it is refused (%s)', async (tls) => {
    const served = { certificate: authority.issue('mail.acme.test'), implicit: tls === 'implicit' }
    await expect(verify(tls, {}, served)).rejects.toMatchObject({
      problem: 'tls',
      message: expect.stringContaining('127.0.0.1') as string,
    })
  })

  test.each([
    ['implicit', 'starttls'],
    ['starttls', 'implicit'],
  ] as const)('%s at a port that speaks %s: the answer names it', async (tls, spoken) => {
    const served = { certificate, implicit: spoken === 'implicit' }
    await expect(verify(tls, {}, served)).rejects.toThrow(`use tls: ${spoken}`)
  })

  test('a server without STARTTLS gets neither password nor mail', async () => {
    server = await startScriptedSmtp([{}])
    lane = openLane(settingsFor(server.port, { tls: 'starttls' }), SHORT)
    expect(await submit()).toMatchObject({ kind: 'temporary', scope: 'server' })
    expect(server.sessions[0]?.commands).toEqual(['EHLO postroom.acme.test', 'STARTTLS'])
  })

  test('plain text is for loopback, unless somebody insists', () => {
    const away = { host: 'mail.acme.test', tls: 'none' } as const
    expect(() => openLane(settingsFor(25, away))).toThrow(SmtpProblem)
    expect(() => openLane(settingsFor(25, { ...away, insecureAllowed: true }))).not.toThrow()
    expect(() => openLane(settingsFor(25, { host: '127.0.0.1.acme.test' }))).toThrow(SmtpProblem)
  })
})

describe('postroom check says what is wrong', () => {
  const check = async (script: SmtpScript): Promise<void> => {
    server = await startScriptedSmtp([script])
    await verifySmtp(settingsFor(server.port), SHORT)
  }

  test.each<[string, SmtpScript, Partial<SmtpProblem>]>([
    [
      'a wrong password',
      { answers: { AUTH: '535 5.7.8 wrong' } },
      { problem: 'login', code: 535, message: 'refused the login of "support": 535 5.7.8 wrong' },
    ],
    ['no login offered', { extensions: [] }, { problem: 'login', message: 'offers no login' }],
    ['a refusal', { greeting: '554 5.7.1 go away' }, { problem: 'refused', code: 554 }],
    ['silence', { greeting: HANG }, { problem: 'silent' }],
    ['a closed door', { greeting: DROP }, { problem: 'unreachable' }],
  ])('%s', async (_name, script, { message, ...rest }) => {
    const problem: unknown = await check(script).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(SmtpProblem)
    expect(problem).toMatchObject(rest)
    if (message !== undefined) expect((problem as SmtpProblem).message).toContain(message)
  })

  test('nobody listening', async () => {
    server = await startScriptedSmtp()
    await expect(verifySmtp(settingsFor(await freePort()), SHORT)).rejects.toMatchObject({
      problem: 'unreachable',
      message: expect.stringContaining('cannot connect to 127.0.0.1') as string,
    })
  })

  test('a good one is quiet, and says QUIT', async () => {
    await check({})
    expect(server.sessions[0]?.commands.at(-1)).toBe('QUIT')
  })
})
