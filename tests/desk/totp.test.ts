import { expect, test } from 'vitest'
import { stepOfTotp, totpAtStep, totpSecretText, totpUri } from '../../src/desk/totp.ts'

/** The secret of the examples in RFC 4226 and RFC 6238. */
const SECRET = Buffer.from('12345678901234567890')

test('codes are those of RFC 4226 Appendix D', () => {
  const codes = Array.from({ length: 10 }, (_none, step) => totpAtStep(SECRET, step))
  expect(codes.join(' ')).toBe(
    '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489',
  )
})

test.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
])('at %d s it is the one of RFC 6238 Appendix B', (seconds, code) => {
  expect(stepOfTotp(SECRET, code, new Date(seconds * 1000))).toBe(Math.floor(seconds / 30))
})

test('a code is good half a minute early and late, and no more', () => {
  const step = 1000
  const code = totpAtStep(SECRET, step)
  const at = (seconds: number) => new Date((step * 30 + seconds) * 1000)
  expect(stepOfTotp(SECRET, code, at(-30))).toBe(step)
  expect(stepOfTotp(SECRET, code, at(59))).toBe(step)
  expect(stepOfTotp(SECRET, code, at(-31))).toBe(null)
  expect(stepOfTotp(SECRET, code, at(60))).toBe(null)
  expect(stepOfTotp(SECRET, `${code} `, at(0))).toBe(null)
})

test('an app gets the secret in base32, with who it is for', () => {
  expect(totpSecretText(SECRET)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  expect(totpUri(SECRET, { issuer: 'desk.acme.test', email: 'a+b@acme.test' })).toBe(
    'otpauth://totp/desk.acme.test:a%2Bb%40acme.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=desk.acme.test',
  )
})
