/** What `oidc` may say, and what is wrong with it, before anybody logs in. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const scratch = scratchDirectories('config-oidc')
const GOOD = { name: 'Acme', issuer: 'https://login.acme.test', client_id: 'postroom' }

function withOidc(oidc: object) {
  const baseDir = scratch.make()
  writeFileSync(path.join(baseDir, 'secret'), 'hush\n', { mode: 0o600 })
  return configFrom({ oidc }, { env: {}, baseDir }).oidc
}

test('the secret stands in a file beside the configuration, and is never printed', () => {
  const oidc = withOidc({
    ...GOOD,
    client_secret_file: 'secret',
    domains: ['Acme.test', 'Büro.test'],
  })
  expect(oidc).toMatchObject({
    clientId: 'postroom',
    domains: ['acme.test', 'xn--bro-hoa.test'],
    trustEmail: false,
  })
  expect(oidc?.clientSecret?.reveal()).toBe('hush')
  expect(JSON.stringify(oidc)).not.toContain('hush')
})

test('a public client has none, and without oidc nobody is asked', () => {
  expect(withOidc(GOOD)).toMatchObject({ clientSecret: null, domains: null })
  expect(configFrom({}, { env: {}, baseDir: scratch.make() }).oidc).toBeNull()
})

test.each([
  ['an issuer in the clear', { issuer: 'http://login.acme.test' }, 'use https'],
  ['an issuer that is none', { issuer: 'acme' }, 'oidc.issuer'],
  ['no domain at all', { domains: [] }, 'oidc.domains'],
  ['a secret that is not there', { client_secret_file: 'none' }, 'cannot be read'],
  ['a key that is none', { scope: 'email' }, 'scope'],
])('%s is a problem', (_what, change, said) => {
  expect(() => withOidc({ ...GOOD, ...change })).toThrow(said)
})

test('an issuer on this machine needs no TLS', () => {
  expect(withOidc({ ...GOOD, issuer: 'http://localhost:8080' })?.issuer).toContain('localhost')
})
