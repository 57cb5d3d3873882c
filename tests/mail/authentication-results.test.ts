/** Whose word about the sender counts, and what it says (RFC 8601). */
import { describe, expect, test } from 'vitest'
import type { Address } from '../../src/mail/address.ts'
import { parseAddress } from '../../src/mail/address.ts'
import {
  authenticationOf,
  parseAuthenticationResults,
  spfSpeaksForFrom,
} from '../../src/mail/authentication-results.ts'

const OURS = 'Authentication-Results: mx.acme.test; '
const BORDER =
  'Received: from mail.example.org (mail.example.org [203.0.113.9]) by mx.acme.test with ESMTP; now'
const LOCAL = 'Received: from mx.acme.test (localhost [127.0.0.1]) by box.acme.test with LMTP; now'

function aMessage(lines: readonly string[], ...from: string[]) {
  const headers = lines.map((line) => ({
    name: line.slice(0, line.indexOf(':')).toLowerCase(),
    value: line.slice(line.indexOf(':') + 1).trim(),
  }))
  const fromAddresses = from
    .map((address) => parseAddress(address))
    .filter((address): address is Address => address !== null)
  return { headers, fromAddresses }
}

const judged = (lines: readonly string[], from = 'ana@example.org') =>
  authenticationOf(aMessage(lines, from), 'mx.acme.test')

describe('only our own server is believed', () => {
  test('its field above the Received line of the border', () => {
    const result = judged([
      `${OURS}spf=pass smtp.mailfrom=ana@example.org; dkim=pass header.d=example.org; dmarc=pass header.from=example.org`,
      BORDER,
    ])
    expect(result).toEqual({
      spf: 'pass',
      dkim: 'pass',
      dmarc: 'pass',
      aligned: true,
      source: 'mx.acme.test',
    })
  })

  test('also when our own delivery added a Received line on top', () => {
    expect(judged([LOCAL, `${OURS}dmarc=pass`, BORDER]).aligned).toBe(true)
  })

  test('also behind a filter of our own network', () => {
    const filter = 'Received: from filter.acme.test (filter [IPv6:fd00::7]) by mx.acme.test; now'
    expect(judged([filter, `${OURS}dmarc=pass`, BORDER]).aligned).toBe(true)
  })

  test.each([
    ['placed by the sender below the border', [BORDER, `${OURS}dmarc=pass`]],
    ['of another server', ['Authentication-Results: mx.evil.test; dmarc=pass', BORDER]],
    [
      'of a server whose name begins like ours',
      ['Authentication-Results: mx.acme.test.evil.test; dmarc=pass', BORDER],
    ],
    [
      'behind a stranger who says HELO with an address of our inside',
      [
        'Received: from [127.0.0.1] (unknown [203.0.113.5]) by mx.acme.test with ESMTP; now',
        `${OURS}dmarc=pass`,
      ],
    ],
    [
      '... to a server that writes his own address without brackets',
      [
        'Received: from unknown (HELO [10.0.0.1]) (203.0.113.5) by mx.acme.test with SMTP; now',
        `${OURS}dmarc=pass`,
      ],
    ],
    [
      '... with IPv6',
      [
        'Received: from [10.0.0.1] (unknown [IPv6:2001:db8::5]) by mx.acme.test with ESMTP; now',
        `${OURS}dmarc=pass`,
      ],
    ],
    ['in capitals', ['Authentication-Results: MX.ACME.TEST; dmarc=pass', BORDER]],
    [
      'behind a stranger who calls himself ours',
      [
        'Received: from mx.acme.test (unknown [203.0.113.5]) by mx.acme.test with ESMTP; now',
        `${OURS}dmarc=pass`,
      ],
    ],
  ])('not a field %s', (_, lines) => {
    expect(judged(lines)).toEqual({
      spf: null,
      dkim: null,
      dmarc: null,
      aligned: false,
      source: null,
    })
  })

  test('a friendlier field further down does not outvote the real one', () => {
    expect(judged([`${OURS}dmarc=fail`, `${OURS}dmarc=pass`]).dmarc).toBe('fail')
    expect(judged([`${OURS}dmarc=fail`, BORDER, `${OURS}dmarc=pass`])).toMatchObject({
      dmarc: 'fail',
      aligned: false,
    })
  })

  test('filters of our server may write one field each', () => {
    expect(
      judged([`${OURS}dkim=pass header.d=example.org`, `${OURS}spf=fail`, BORDER]),
    ).toMatchObject({
      dkim: 'pass',
      spf: 'fail',
      aligned: true,
    })
  })

  test('nobody, when no server is configured', () => {
    const message = {
      headers: [{ name: 'authentication-results', value: 'mx.acme.test; dmarc=pass' }],
      fromAddresses: [],
    }
    expect(authenticationOf(message, null).source).toBeNull()
  })
})

describe('a pass must be about the From address', () => {
  test.each([
    ['dkim=pass header.d=example.org', true],
    ['dkim=pass header.i=@example.org', true],
    ['dkim=pass header.d=evil.test', false],
    ['dkim=pass header.d=org', false],
    ['dkim=pass header.d=mail.example.org', false],
    ['dkim=fail header.d=example.org', false],
    ['spf=pass smtp.mailfrom=bounce@example.org', true],
    ['spf=pass smtp.mailfrom=evil.test', false],
    ['dmarc=pass header.from=evil.test', false],
    ['dmarc=fail header.from=example.org; dkim=pass header.d=example.org', false],
    ['dmarc=none; dkim=pass header.d=example.org', true],
    ['dkim=pass (header.d=example.org)', false],
    ['dkim=pass reason="header.d=example.org"', false],
  ])('%s: %s', (result, aligned) => {
    expect(judged([OURS + result, BORDER]).aligned).toBe(aligned)
  })

  test('a From below the signing domain is covered', () => {
    expect(
      judged([`${OURS}dkim=pass header.d=example.org`, BORDER], 'ana@mail.example.org').aligned,
    ).toBe(true)
  })
})

describe('SPF speaks for From where it passed for the same organisation', () => {
  const speaks = (results: string, ...from: string[]): boolean =>
    spfSpeaksForFrom(aMessage([OURS + results, BORDER], ...from), 'mx.acme.test')

  test.each([
    ['spf=pass smtp.mailfrom=ana@example.org', true],
    ['spf=pass smtp.mailfrom=<Ana@Example.ORG.>', true],
    ['spf=pass smtp.mailfrom=example.org', true],
    ['spf=pass smtp.envelope-from=ana@example.org', true],
    ['spf=pass smtp.mailfrom=bounces@mail.example.org', true],
    ['spf=pass smtp.helo=mail.example.org', true],
    ['spf=pass smtp.mailfrom=x@evil.test', false],
    ['spf=pass smtp.envelope-from=x@evil.test', false],
    ['spf=pass smtp.helo=mail.evil.test', false],
    ['spf=pass smtp.mailfrom=x@evil.test smtp.helo=example.org', false],
    ['spf=pass smtp.mailfrom=x@notexample.org', false],
    ['spf=pass smtp.mailfrom=x@example.org.evil.test', false],
    ['spf=pass smtp.mailfrom=org', false],
    ['spf=pass smtp.mailfrom=<>', false],
    ['spf=fail smtp.mailfrom=ana@example.org', false],
    ['spf=pass smtp.helo=evil.test; spf=pass smtp.mailfrom=ana@example.org', true],
    ['spf=pass smtp.helo=evil.test; spf=fail smtp.mailfrom=ana@example.org', false],
    // It does not say for which domain.
    ['spf=pass', true],
    ['spf=pass (mx.acme.test: domain of x@evil.test designates 203.0.113.9)', true],
  ])('%s: %s', (results, expected) => {
    expect(speaks(results, 'ana@example.org')).toBe(expected)
  })

  test('a From below the domain of the envelope is covered', () => {
    expect(speaks('spf=pass smtp.mailfrom=example.org', 'ana@mail.example.org')).toBe(true)
  })

  test('nobody speaks for two authors, or for a server that is not ours', () => {
    const pass = 'spf=pass smtp.mailfrom=example.org'
    expect(speaks(pass, 'ana@example.org', 'kim@example.org')).toBe(false)
    const foreign = [`Authentication-Results: mx.evil.test; ${pass}`, BORDER]
    expect(spfSpeaksForFrom(aMessage(foreign, 'ana@example.org'), 'mx.acme.test')).toBe(false)
    expect(spfSpeaksForFrom(aMessage([OURS + pass], 'ana@example.org'), null)).toBe(false)
  })
})

test('comments, quotes, versions and white space are read', () => {
  const parsed = parseAuthenticationResults(
    '"mx.acme.test" 1 (a (nested) comment; dmarc=pass);\r\n\tspf = pass (because; of it) smtp.mailfrom="a b@example.org"; none',
  )
  expect(parsed?.authservId).toBe('mx.acme.test')
  expect(parsed?.results.map(({ method, result }) => `${method}=${result}`)).toEqual(['spf=pass'])
  expect(parsed?.results[0]?.properties.get('smtp.mailfrom')).toBe('a b@example.org')
})
