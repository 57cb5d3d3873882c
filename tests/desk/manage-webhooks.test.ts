import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkWebhookUrl } from '../../src/desk/manage-webhooks.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = () => new Promise<never>(() => {})

test('an address is taken after five seconds when no name server answers', async () => {
  let isTaken = false
  const checked = checkWebhookUrl({
    url: 'https://hooks.test/',
    allowPrivate: [],
    resolve: never,
  }).then(() => (isTaken = true))
  await vi.advanceTimersByTimeAsync(4_999)
  expect(isTaken).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(isTaken).toBe(true)
  await checked
})

test('a port that no webhook may have is refused, whether the name can be looked up or not', async () => {
  for (const allowPrivate of [[], ['10.0.0.0/8']]) {
    const url = 'https://hooks.test:22/'
    const resolve = async () => Promise.reject(new Error('ENOTFOUND'))
    await expect(checkWebhookUrl({ url, allowPrivate, resolve })).rejects.toMatchObject({
      details: { errors: [{ pointer: '/url', code: 'bad_target' }] },
    })
  }
})
