/** Access tokens: renewed in time, rotated safely, and never asked for again in vain. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OauthConfig } from '../src/config.ts'
import { OauthTokens } from '../src/oauth.ts'
import { Secret } from '../src/secret.ts'
import { scratchDirectories } from './kit/scratch.ts'
import { startTokenServer, type TokenServer } from './kit/token-server.ts'

const scratch = scratchDirectories('oauth')
let server: TokenServer
let file: string
let nowMs: number
let tokens: OauthTokens

beforeEach(async () => {
  server = await startTokenServer({ 'rt-1': 'support@acme.test' })
  file = path.join(scratch.make(), 'refresh-token')
  writeFileSync(file, 'rt-1\n', { mode: 0o600 })
  nowMs = 1_000_000
  tokens = new OauthTokens(config(), () => nowMs)
})
afterEach(() => server.close())

const config = (): OauthConfig => ({
  provider: 'acme',
  clientId: 'desk',
  clientSecret: new Secret('hush'),
  refreshTokenFile: file,
  tokenUrl: server.tokenUrl,
})

const problemOf = async (): Promise<unknown> =>
  tokens.current().then(
    () => expect.fail('there is a token'),
    (err: unknown) => err,
  )

test('one is asked for once, however many want it, and again when most of its life is over', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => tokens.current()))
  expect(new Set(all).size).toBe(1)
  nowMs += 3_600_000 * 0.79
  expect(await tokens.current()).toBe(all[0])
  expect(server.asked).toHaveLength(1)
  nowMs += 3_600_000 * 0.02
  expect(await tokens.current()).not.toBe(all[0])
  expect(server.asked).toHaveLength(2)
})

test('a new refresh token is kept in the file, for its owner alone, and used from then on', async () => {
  server.set({ rotate: true })
  await tokens.current()
  const kept = readFileSync(file, 'utf8').trim()
  expect(kept).not.toBe('rt-1')
  expect(statSync(file).mode & 0o077).toBe(0)
  nowMs += 3_600_000
  await tokens.current()
  expect(server.asked).toEqual(['rt-1', kept])
})

test('where the new one cannot be written down, it is used all the same', async () => {
  server.set({ rotate: true })
  mkdirSync(`${file}.${process.pid}.new`)
  await tokens.current()
  expect(readFileSync(file, 'utf8').trim()).toBe('rt-1')
  nowMs += 3_600_000
  await tokens.current()
  expect(server.asked).toHaveLength(2)
  expect(server.asked[1]).not.toBe('rt-1')
})

test('a person’s new token is used at once, though the file cannot be written', async () => {
  server.set({ rotate: true })
  mkdirSync(`${file}.${process.pid}.new`)
  await tokens.current()
  server.allow('rt-2', 'support@acme.test')
  writeFileSync(file, 'rt-2')
  nowMs += 3_600_000
  await tokens.current()
  expect(server.asked).toEqual(['rt-1', 'rt-2'])
})

test('one that could not be written is used on, though the file is gone', async () => {
  server.set({ rotate: true })
  mkdirSync(`${file}.${process.pid}.new`)
  await tokens.current()
  rmSync(file)
  nowMs += 3_600_000
  expect(await tokens.current()).toMatch(/^at-/)
})

test('one that could not be written and was withdrawn gives way to the file’s', async () => {
  server.set({ rotate: true })
  mkdirSync(`${file}.${process.pid}.new`)
  await tokens.current()
  server.revoke('support@acme.test')
  nowMs += 3_600_000
  expect(await problemOf()).toMatchObject({ problem: 'needs_reauth' })
  // Whoever authorised again may have got the old one back to life.
  server.allow('rt-1', 'support@acme.test')
  expect(await tokens.current()).toMatch(/^at-/)
})

test('the file keeps its mode and its owner, and stays a link', async () => {
  const real = `${file}.real`
  renameSync(file, real)
  symlinkSync(real, file)
  chmodSync(real, 0o640)
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(real, 1, 1)
  const before = statSync(real)
  server.set({ rotate: true })
  await tokens.current()
  expect(lstatSync(file).isSymbolicLink()).toBe(true)
  expect(readFileSync(real, 'utf8').trim()).toMatch(/^rt-.{12}/)
  const after = statSync(real)
  expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid])
})

test('a withdrawn grant is asked for once; a new one in the file is used at once', async () => {
  server.revoke('support@acme.test')
  expect(await problemOf()).toMatchObject({
    problem: 'needs_reauth',
    message: expect.stringContaining(`put the new refresh token into ${file}`),
  })
  for (let again = 0; again < 3; again += 1) {
    // The provider's reason is told each time.
    expect(await problemOf()).toMatchObject({
      message: expect.stringContaining('Token has been revoked.'),
    })
  }
  expect(server.asked).toHaveLength(1)
  server.allow('rt-2', 'support@acme.test')
  writeFileSync(file, 'rt-2')
  expect(await tokens.current()).toMatch(/^at-/)
})

test('while the provider is away, a token is used to its end, and then told as unreachable', async () => {
  const token = await tokens.current()
  server.answerWith({ status: 503, body: 'busy' })
  nowMs += 3_600_000 * 0.9
  expect(await tokens.current()).toBe(token)
  nowMs += 3_600_000 * 0.2
  expect(await problemOf()).toMatchObject({ problem: 'unreachable' })
  server.answerWith(null)
  expect(await tokens.current()).not.toBe(token)
})

test('a token that the mail server refused is not used again', async () => {
  const token = await tokens.current()
  tokens.refused('another')
  expect(await tokens.current()).toBe(token)
  tokens.refused(token)
  expect(await tokens.current()).not.toBe(token)
})

test.each([
  ['no JSON', 200, '<html>'],
  ['no token', 200, '{"token_type":"Bearer"}'],
  ['a token that would end its line', 200, '{"access_token":"a\\r\\nb"}'],
  ['a redirect', 302, ''],
])('%s is no token', async (_what, status, body) => {
  server.answerWith({ status, body })
  expect(await problemOf()).toMatchObject({ problem: 'unreachable' })
})

test('a client that is unknown there is a person’s business, too', async () => {
  server.answerWith({ status: 401, body: '{"error":"invalid_client"}' })
  for (let again = 0; again < 2; again += 1) {
    expect(await problemOf()).toMatchObject({
      problem: 'needs_reauth',
      message: expect.stringContaining('oauth.client_id'),
    })
  }
  expect(server.asked).toHaveLength(1)
})

test('no secret is in what is said', async () => {
  server.answerWith({ status: 400, body: '{"error":"invalid_request","error_description":"no"}' })
  const { message } = (await problemOf()) as Error
  expect(message).not.toMatch(/hush|rt-1/)
})
