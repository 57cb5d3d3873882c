/**
 * A small OAuth provider: exchanges refresh tokens (RFC 6749 §6) and answers for its access tokens
 * (RFC 7662). It misbehaves when told to, and counts what it is asked.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { randomId } from '../../src/ids.ts'

export interface TokenServer {
  readonly tokenUrl: string
  readonly introspectionUrl: string
  /** How many exchanges were asked for, and with which refresh tokens. */
  readonly asked: readonly string[]
  /** What it is asked for next gets this answer; null: the proper one. */
  answerWith(answer: { status: number; body: string } | null): void
  /** Access tokens live so long; with `rotate`, each exchange gives a new refresh token. */
  set(change: { lifeS?: number; rotate?: boolean }): void
  /** Everything this user was given is worth nothing any more. */
  revoke(user: string): void
  allow(refreshToken: string, user: string): void
  close(): Promise<void>
}

export async function startTokenServer(
  users: Readonly<Record<string, string>>,
): Promise<TokenServer> {
  const refreshTokens = new Map(Object.entries(users))
  const accessTokens = new Map<string, string>()
  const asked: string[] = []
  const settings = { lifeS: 3_600, rotate: false }
  let forced: { status: number; body: string } | null = null

  const exchange = (form: URLSearchParams): { status: number; body: string } => {
    const given = form.get('refresh_token') ?? ''
    asked.push(given)
    if (forced !== null) return forced
    const user = refreshTokens.get(given)
    if (form.get('grant_type') !== 'refresh_token' || user === undefined) {
      const error = { error: 'invalid_grant', error_description: 'Token has been revoked.' }
      return { status: 400, body: JSON.stringify(error) }
    }
    const next = settings.rotate ? `rt-${randomId(12)}` : given
    if (settings.rotate) {
      refreshTokens.delete(given)
      refreshTokens.set(next, user)
    }
    const token = `at-${randomId(20)}`
    accessTokens.set(token, user)
    const answer = {
      access_token: token,
      token_type: 'Bearer',
      expires_in: settings.lifeS,
      ...(settings.rotate ? { refresh_token: next } : {}),
    }
    return { status: 200, body: JSON.stringify(answer) }
  }
  const introspect = (form: URLSearchParams): { status: number; body: string } => {
    const known = accessTokens.get(form.get('token') ?? '')
    const answer =
      known === undefined
        ? { active: false }
        : { active: true, username: known, email: known, exp: Date.now() / 1_000 + 60 }
    return { status: 200, body: JSON.stringify(answer) }
  }
  const server = createServer((request: IncomingMessage, response) => {
    void text(request).then((body) => {
      const form = new URLSearchParams(body)
      const answer = request.url === '/token' ? exchange(form) : introspect(form)
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    tokenUrl: `${base}/token`,
    introspectionUrl: `${base}/introspect`,
    asked,
    answerWith: (answer) => {
      forced = answer
    },
    set: (change) => Object.assign(settings, change),
    revoke(user) {
      for (const tokens of [refreshTokens, accessTokens]) {
        for (const [token, of] of tokens) if (of === user) tokens.delete(token)
      }
    },
    allow: (refreshToken, user) => void refreshTokens.set(refreshToken, user),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
