import { createHmac, timingSafeEqual } from 'node:crypto'
import { expect, test } from 'vitest'
import { newWebhookSecret, signedHeaders } from '../../src/webhooks/signature.ts'
import { nextAttemptIn, retryAfterMsOf } from '../../src/webhooks/schedule.ts'

const AT = new Date('2026-03-01T10:00:00.900Z')

test('the signature is that of the example in the specification', () => {
  // From the reference implementation's own tests.
  const headers = signedHeaders(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1_614_265_330_000),
    body: '{"test": 2432232314}',
  })
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('while a secret is being replaced, either verifies', () => {
  const secrets = [newWebhookSecret(), newWebhookSecret()]
  const headers = signedHeaders(secrets, { id: 'msg_1', at: AT, body: '{}' })
  const signatures = (headers['webhook-signature'] ?? '').split(' ')
  expect(signatures).toHaveLength(2)
  for (const [index, secret] of secrets.entries()) {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    expect(key).toHaveLength(32)
    const wanted = createHmac('sha256', key).update('msg_1.1772359200.{}').digest()
    const given = Buffer.from((signatures[index] ?? '').replace('v1,', ''), 'base64')
    expect(timingSafeEqual(wanted, given)).toBe(true)
  }
})

test('ten attempts take three days', () => {
  const pauses = Array.from({ length: 12 }, (_, index) => nextAttemptIn(index + 1, null, 0))
  const total = pauses.reduce<number>((sum, ms) => sum + (ms ?? 0), 0)
  expect(pauses.filter((ms) => ms !== null)).toHaveLength(9)
  expect(pauses[0]).toBe(5_000)
  expect(total / 86_400_000).toBeGreaterThan(3)
  expect(total / 86_400_000).toBeLessThan(3.5)
})

test('pauses differ by chance, and are as long as the receiver asks, a day at most', () => {
  expect(nextAttemptIn(1, null, 1)).toBe(6_000)
  expect(nextAttemptIn(1, 60_000, 0)).toBe(60_000)
  expect(nextAttemptIn(2, 1_000, 0)).toBe(300_000)
  expect(nextAttemptIn(1, 9e12, 0)).toBe(86_400_000)
  expect(retryAfterMsOf('120', AT)).toBe(120_000)
  expect(retryAfterMsOf('Sun, 01 Mar 2026 10:01:00 GMT', AT)).toBe(59_100)
  expect(retryAfterMsOf('soon', AT)).toBe(null)
  expect(retryAfterMsOf(undefined, AT)).toBe(null)
})
