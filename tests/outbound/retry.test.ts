import { describe, expect, test } from 'vitest'
import {
  failureOf,
  openingFailure,
  retryDelayMs as fetchDelayMs,
} from '../../src/inbound/fetch-failure.ts'
import { circuitDelayMs, retryDelayMs } from '../../src/outbound/retry.ts'

const MINUTE = 60_000
const minutes = (ms: number) => ms / MINUTE

describe('a delivery that failed for now', () => {
  test('is tried after 1, 5, 15, 30 minutes, 1, 2 hours, then every 4 hours', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 20].map((n) => minutes(retryDelayMs(n, 'message', 0.5)))
    expect(waits).toEqual([1, 5, 15, 30, 60, 120, 240, 240])
  })

  test('waits at least five minutes where a recipient was refused: greylisting', () => {
    expect(minutes(retryDelayMs(1, 'recipient', 0.5))).toBe(5)
    expect(minutes(retryDelayMs(3, 'recipient', 0.5))).toBe(15)
  })

  test('is spread by a tenth, so that a thousand do not come back together', () => {
    expect([0, 1].map((random) => retryDelayMs(1, 'message', random))).toEqual([54_000, 66_000])
  })
})

describe('a server that is down', () => {
  test('is probed after 1, 2, 4 seconds, in the end every minute', () => {
    const waits = [1, 2, 3, 7, 50].map((n) => circuitDelayMs(n, null, 0.5))
    expect(waits).toEqual([1_000, 2_000, 4_000, MINUTE, MINUTE])
  })

  test.each([535, 534])('after a refused login (%i) is left alone, up to half an hour', (code) => {
    const waits = [1, 2, 3, 9].map((n) => minutes(circuitDelayMs(n, code, 0.5)))
    expect(waits).toEqual([1, 4, 16, 30])
  })
})

describe('an IMAP connection that failed', () => {
  const SERVER = { server: 'imap.acme.test:993', folder: 'INBOX' }
  const refused = (serverResponseCode: string, responseText: string) =>
    Object.assign(new Error('Command failed'), {
      authenticationFailed: true,
      serverResponseCode,
      responseText,
    })
  const coded = (code: string, text = 'failed') => Object.assign(new Error(text), { code })

  const KINDS: readonly [what: string, err: Error, kind: string][] = [
    ['wrong password', refused('AUTHENTICATIONFAILED', 'Invalid credentials'), 'login'],
    ['wrong password, said with ALERT', refused('ALERT', 'Invalid credentials (Failure)'), 'login'],
    ['wrong password, no code', refused('', 'Login failed.'), 'login'],
    [
      'bad input 104: too many connections',
      refused('ALERT', 'Too many simultaneous connections'),
      'network',
    ],
    [
      'bad input 104: server unavailable',
      refused('UNAVAILABLE', 'Temporary authentication failure'),
      'network',
    ],
    ['mailbox in use', refused('INUSE', 'Locked'), 'network'],
    ['connection refused', coded('ECONNREFUSED'), 'network'],
    ['unknown host', coded('ENOTFOUND'), 'network'],
    ['bad input 135: self-signed certificate', coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls'],
    ['bad input 135: certificate of another host', coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls'],
    ['bad input 135: expired certificate', coded('CERT_HAS_EXPIRED'), 'tls'],
    [
      'missing folder',
      Object.assign(new Error('Command failed'), { serverResponseCode: 'NONEXISTENT' }),
      'folder',
    ],
  ]
  test('bad input 107: a NO to opening the folder is about the folder, unless it says "not now"', () => {
    const no = (responseText: string) =>
      Object.assign(new Error('Command failed'), { responseStatus: 'NO', responseText })
    const gone = failureOf(openingFailure(no("Mailbox doesn't exist: Nope")), SERVER)
    expect(gone).toMatchObject({ kind: 'folder' })
    expect(gone.sentence).toMatch(/doesn't exist.*Create it or change imap\.folder\.$/)
    expect(failureOf(openingFailure(no('Try again later')), SERVER).kind).toBe('network')
    expect(failureOf(openingFailure(coded('ECONNRESET')), SERVER).kind).toBe('network')
  })

  test.each(KINDS)('%s', (_what, err, kind) => {
    const failure = failureOf(err, SERVER)
    expect(failure.kind).toBe(kind)
    expect(failure.sentence).toMatch(/imap\.acme\.test:993.*\.$/)
  })

  test('bad input 105: a refused login is tried three times in ten minutes, then twice an hour', () => {
    const waits = [1, 2, 3, 4, 40].map((n) => minutes(fetchDelayMs('login', n, 0.5)))
    expect(waits).toEqual([1, 4, 5, 30, 30])
  })

  test('other failures are tried after 1, 2, 4 seconds, in the end every five minutes', () => {
    const waits = [1, 2, 3, 9, 99].map((n) => fetchDelayMs('network', n, 0.5))
    expect(waits).toEqual([1_000, 2_000, 4_000, 256_000, 5 * MINUTE])
  })
})
