/** What an inbox's `oauth` may say, and what is wrong with it, before anything connects. */
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const scratch = scratchDirectories('config-oauth')

function withOauth(oauth: object, more: object = {}) {
  const baseDir = scratch.make()
  const secret = path.join(baseDir, 'secret')
  writeFileSync(secret, 'hush\n')
  chmodSync(secret, 0o600)
  const server = { host: 'imap.example.org', user: 'support@acme.test', oauth, ...more }
  const inbox = { name: 'Support', address: 'support@acme.test', imap: server, smtp: { host: 'x' } }
  return configFrom({ inboxes: [inbox] }, { env: {}, baseDir })
}

const GOOD = { provider: 'google', client_id: 'desk', refresh_token_file: 'token' }

test('a known provider needs no address, and files are beside the configuration', () => {
  const { imap } = withOauth({ ...GOOD, client_secret_file: 'secret' }).inboxes[0] ?? {}
  expect(imap?.oauth).toMatchObject({ provider: 'google', clientId: 'desk', tokenUrl: null })
  expect(imap?.oauth?.clientSecret?.reveal()).toBe('hush')
  expect(path.isAbsolute(imap?.oauth?.refreshTokenFile ?? '')).toBe(true)
  expect(JSON.stringify(imap)).not.toContain('hush')
})

test.each([
  ['an unknown provider', { ...GOOD, provider: 'acme' }, {}, 'is not one of google, microsoft'],
  ['secrets in the clear', { ...GOOD, token_url: 'http://acme.test/token' }, {}, 'use https'],
  ['a secret that is not there', { ...GOOD, client_secret_file: 'none' }, {}, 'cannot be read'],
  ['a password as well', GOOD, { password: 'x' }, 'and a password are both set'],
  ['a key that is none', { ...GOOD, refresh_token: 'x' }, {}, 'refresh_token'],
])('%s is a problem', (_what, oauth, more, said) => {
  expect(() => withOauth(oauth, more)).toThrow(said)
})

test('a token server of one’s own is named, on this machine also without TLS', () => {
  const tokenUrl = 'http://127.0.0.1:4444/token'
  const { imap } = withOauth({ ...GOOD, provider: 'acme', token_url: tokenUrl }).inboxes[0] ?? {}
  expect(imap?.oauth?.tokenUrl).toBe(tokenUrl)
})
