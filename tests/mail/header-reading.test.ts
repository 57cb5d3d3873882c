/** Header values as real mail has them: charsets, encoded words, address lists, dates, parameters. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddressList } from '../../src/mail/address-list.ts'
import { decodeBytes } from '../../src/mail/charset.ts'
import { cleanLine, cleanText } from '../../src/mail/clean-text.ts'
import { parseDate } from '../../src/mail/date.ts'
import { decodeWords } from '../../src/mail/encoded-word.ts'
import { scanHeaderBlock } from '../../src/mail/header-block.ts'
import { parseParameters } from '../../src/mail/parameters.ts'

const LIMITS = { linesMax: 100, valueLengthMax: 1_000 }

describe('bytes become text', () => {
  test.each([
    ['utf-8', 'c3a4', 'ä'],
    ['iso-8859-1', 'e4', 'ä'],
    ['windows-1252', '80', '€'],
    ['cp850', '84', 'ä'],
    ['koi8-r', 'c1', 'а'],
    ['shift_jis', '82a0', 'あ'],
    ['cp932', '82a0', 'あ'],
    ['iso-2022-jp', '1b2442242225271b2842', 'あェ'],
    ['iso-2022-kr', '0e30210f', '가'],
    ['hz-gb-2312', '7e7b56507e7d', '中'],
    ['gb2312', 'd6d0', '中'],
    ['utf-7', '2b414f512d', 'ä'],
    ['utf-16le', 'e400', 'ä'],
    ['utf-32be', '000000e4', 'ä'],
    ['"UTF-8"', 'c3a4', 'ä'],
  ])('%s', (label, hex, text) => {
    expect(decodeBytes(Buffer.from(hex, 'hex'), label).text).toBe(text)
  })

  test('without a label, UTF-8 is tried before windows-1252', () => {
    expect(decodeBytes(Buffer.from('ä'), null).text).toBe('ä')
    expect(decodeBytes(Buffer.from('e4', 'hex'), null).text).toBe('ä')
  })

  test('a wrong label is told', () => {
    expect(decodeBytes(Buffer.from('e4', 'hex'), 'utf-8')).toEqual({
      text: 'ä',
      problem: 'text is not the UTF-8 it claims to be',
    })
    expect(decodeBytes(Buffer.from('a'), 'x-nonexist').problem).toContain('x-nonexist')
  })

  test('any bytes under any label decode to something', () => {
    const labels = fc.oneof(
      fc.constantFrom('utf-8', 'utf-7', 'iso-2022-kr', 'utf-16', 'big5'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), labels, (bytes, label) => {
        expect(typeof decodeBytes(bytes, label).text).toBe('string')
      }),
      { numRuns: 200 },
    )
  })
})

test('NUL, lone surrogates and control characters never leave the cleaners', () => {
  expect(cleanText('a\0b\ud800c\r\nd\x1be')).toBe('abc\nde')
  expect(cleanLine('a\r\nBcc: v@x.test\u202eevil', 100)).toBe('a Bcc: v@x.testevil')
})

describe('encoded words', () => {
  test.each([
    ['=?utf-8?q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
    ['=?utf-8?B?R3LDvMOfZQ==?=', 'Grüße'],
    ['=?utf-8?q?a?= =?utf-8?q?b?=', 'ab'],
    ['=?utf-8?q?a?= b', 'a b'],
    ['=?utf-8?B?w?= =?utf-8?B?6Q=?=', 'é'],
    ['=?iso-8859-1?Q?Fr\u00f6sche_=E4?=', 'Frösche ä'],
    ['=?iso-2022-jp?B?GyRCRnwbKEI=?=\r\n =?iso-2022-jp?B?GyRCS1wbKEI=?=', '日本'],
    ['=?utf-8*en?q?x?=', 'x'],
    ['=?broken', '=?broken'],
    ['no words', 'no words'],
  ])('%s', (raw, text) => {
    expect(decodeWords(raw)).toBe(text)
  })
})

describe('address lists', () => {
  test.each([
    ['Ana <ana@example.org>', [['ana@example.org', 'Ana']]],
    ['ana@example.org (Ana)', [['ana@example.org', 'Ana']]],
    [
      '"Last, First" <a@example.org>, b@example.org',
      [
        ['a@example.org', 'Last, First'],
        ['b@example.org', null],
      ],
    ],
    [
      'Team: a@example.org, b@example.org;',
      [
        ['a@example.org', null],
        ['b@example.org', null],
      ],
    ],
    ['undisclosed-recipients:;', []],
    ['"agent@us.test"', [[null, 'agent@us.test']]],
    ['"agent@us.test" <mallory@example.org>', [['mallory@example.org', 'agent@us.test']]],
    [
      '=?utf-8?q?agent=40us=2Etest=3E?= <mallory@example.org>',
      [['mallory@example.org', 'agent@us.test>']],
    ],
    ['user@good.test(x)evil.test', [['user@good.test', 'evil.test']]],
    ['<user@good.test(x)evil.test>', [[null, null]]],
    ['pete(his account)@silly.test(his host)', [['pete@silly.test', 'his host']]],
    ['<pete @ silly . test>', [[null, null]]],
    ['ana@example.org\x7f', [[null, null]]],
    ['<@relay.test:a@example.org>', [['a@example.org', null]]],
    ['a@b@c.test', [[null, null]]],
    ['Nobody <>', [[null, 'Nobody']]],
    ['ana@xn--80ak6aa92e.com', [['ana@xn--80ak6aa92e.com', null]]],
    ['ANA@Example.ORG', [['ana@example.org', null]]],
    ['Ana ana@example.org>', [['ana@example.org', 'Ana']]],
  ])('%s', (raw, entries) => {
    expect(parseAddressList(raw).map(({ address, name }) => [address, name])).toEqual(entries)
  })

  test('members of a group are told apart from others, and from a name with a colon', () => {
    const listed = parseAddressList(
      'a@b.test, Team: c@d.test, e@f.test; g@h.test, Re: Ana <i@j.test>',
    )
    const grouped = listed.filter((entry) => entry.grouped).map(({ address }) => address)
    expect(listed).toHaveLength(5)
    expect(grouped).toEqual(['c@d.test', 'e@f.test'])
  })

  test('a NUL does not make an address equal to another', () => {
    expect(parseAddressList('a@b.test\0').map(({ address }) => address)).toEqual([null])
  })

  test('hostile lists cost nothing and are bounded', () => {
    for (const piece of ['g0:', '(', '"', 'a@b.test, ', '<']) {
      expect(parseAddressList(piece.repeat(100_000)).length).toBeLessThanOrEqual(1_000)
    }
  })
})

describe('dates', () => {
  test.each([
    ['Fri, 02 Jan 2026 10:00:00 +0100', '2026-01-02T09:00:00Z'],
    ['2 Jan 26 10:00 EST', '2026-01-02T15:00:00Z'],
    ['Thu Jan  1 10:00:00 UTC 2026', '2026-01-01T10:00:00Z'],
    ['2026-01-02T10:00:00Z', '2026-01-02T10:00:00Z'],
    ['Fri, 02 Jan 2026 10:00:00 +9999', null],
    ['garbage', null],
    ['', null],
  ])('%s', (raw, date) => {
    expect(parseDate(raw)).toBe(date)
  })
})

describe('parameters', () => {
  test('continuations, charsets and encoded words are joined (RFC 2231)', () => {
    const { value, params } = parseParameters(
      'attachment; filename*0*=utf-8\'\'Gr%C3%BC; filename*1="n.pdf"; size=3',
    )
    expect(value).toBe('attachment')
    expect(params.get('filename')).toBe('Grün.pdf')
    expect(params.get('size')).toBe('3')
  })

  test('a forgotten semicolon does not hide the type', () => {
    const { value, params } = parseParameters('text/plain charset="utf-8"')
    expect(value).toBe('text/plain')
    expect(params.get('charset')).toBe('utf-8')
  })
})

describe('header blocks', () => {
  const scan = (text: string): ReturnType<typeof scanHeaderBlock> =>
    scanHeaderBlock(Buffer.from(text, 'latin1'), LIMITS)

  test('leading blank lines and mbox separators are skipped', () => {
    const { headers, bodyStart } = scan('\r\n\r\nFrom ana Mon Jan\r\nSubject: x\r\n\r\nbody')
    expect(headers).toEqual([{ name: 'subject', value: 'x' }])
    expect(bodyStart).toBe('\r\n\r\nFrom ana Mon Jan\r\nSubject: x\r\n\r\n'.length)
  })

  test('folded values are unfolded and raw 8-bit bytes decoded', () => {
    const { headers } = scan('Subject: Fr\xf6sche\r\n und\tmehr\r\nX: Fr\xc3\xb6sche\r\n\r\n')
    expect(headers.map(({ value }) => value)).toEqual(['Frösche und\tmehr', 'Frösche'])
  })

  test('garbage among the headers is skipped, a body without blank line is not', () => {
    const garbage = scan('Subject: x\r\nwhat is this\r\nTo: a@example.org\r\n\r\nbody')
    expect(garbage.headers.map(({ name }) => name)).toEqual(['subject', 'to'])
    const forgotten = scan('Subject: x\r\nHello there,\r\nthis is the body\r\n')
    expect(forgotten.bodyStart).toBe('Subject: x\r\n'.length)
    expect(forgotten.problems).toEqual(['no empty line between headers and body'])
  })

  test('too many or too long headers are counted and cut', () => {
    const { headers, problems } = scan(`${'X: y\r\n'.repeat(500)}Y: ${'z'.repeat(5_000)}\r\n\r\n`)
    expect(headers).toHaveLength(100)
    expect(problems).toContain('501 headers, only 100 kept')
  })
})
