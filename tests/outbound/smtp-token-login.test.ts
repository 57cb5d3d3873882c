/** Submission with an access token in place of a password, at a server that takes nothing else. */
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { verifySmtp } from '../../src/outbound/smtp.ts'
import { tokenMethod } from '../../src/outbound/smtp-token-login.ts'
import { OauthProblem } from '../../src/oauth.ts'
import { startScriptedSmtp } from '../kit/scripted-smtp.ts'
import { settingsFor } from './smtp-cases.ts'

let close: () => Promise<unknown> = () => Promise.resolve()
afterEach(() => close())

/** Takes `at-good` of support@acme.test. */
async function startServer(): Promise<{ port: number; logins: string[] }> {
  const logins: string[] = []
  const server = new SMTPServer({
    authMethods: ['XOAUTH2'],
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    onAuth({ method, username, accessToken }, _session, done) {
      logins.push(`${method} ${username}`)
      const isGood = accessToken === 'at-good' && username === 'support@acme.test'
      if (isGood) done(null, { user: username })
      else done(null, { data: { status: '401', schemes: 'bearer', scope: 'mail' } })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { port: (server.server.address() as AddressInfo).port, logins }
}

const withToken = (port: number, token: string, refused: string[] = []) =>
  settingsFor(port, {
    user: 'support@acme.test',
    password: null,
    tokens: { current: () => Promise.resolve(token), refused: (one) => refused.push(one) },
  })

test('a good token opens the door', async () => {
  const { port, logins } = await startServer()
  await verifySmtp(withToken(port, 'at-good'))
  expect(logins).toEqual(['XOAUTH2 support@acme.test'])
})

test('a refused token is reported, so that the next is a new one', async () => {
  const { port } = await startServer()
  const refused: string[] = []
  await expect(verifySmtp(withToken(port, 'at-bad', refused))).rejects.toMatchObject({
    problem: 'login',
    message: expect.stringContaining('refused the login of "support@acme.test"'),
  })
  expect(refused).toEqual(['at-bad'])
})

test('without authorisation nothing is said to the server', async () => {
  const server = await startScriptedSmtp([{}])
  close = () => server.stop()
  const tokens = {
    current: () => Promise.reject(new OauthProblem('needs_reauth', 'Authorise it again.')),
    refused: () => {},
  }
  const settings = settingsFor(server.port, { user: 'x', password: null, tokens })
  await expect(verifySmtp(settings)).rejects.toMatchObject({
    problem: 'needs_reauth',
    message: 'Authorise it again.',
  })
  expect(server.sessions).toEqual([])
})

test.each([
  ['PLAIN LOGIN XOAUTH2', 'XOAUTH2'],
  ['XOAUTH2 OAUTHBEARER', 'XOAUTH2'],
  ['OAUTHBEARER', 'OAUTHBEARER'],
  ['', 'XOAUTH2'],
])('a server that offers %j gets %s', (offered, method) => {
  expect(tokenMethod(offered)).toBe(method)
})
