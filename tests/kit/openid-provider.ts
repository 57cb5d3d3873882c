/**
 * An OpenID provider (a kept mock server with real keys and signatures) that says of whoever comes
 * what a test tells it to say.
 */
import { OAuth2Server } from 'oauth2-mock-server'

export interface OpenidServer {
  readonly issuer: string
  /** What the next ID token claims besides what every one does; undefined takes a claim away. */
  says: Record<string, unknown>
  /** What is said of a person only when asked again. */
  saysWhenAsked: Record<string, unknown>
  /** The next ID tokens are signed by somebody else. */
  forges: boolean
  /** Follows the redirect that a browser follows there; where it is sent back to. */
  visit(url: string): Promise<string>
  close(): Promise<void>
}

export async function startOpenidServer(): Promise<OpenidServer> {
  const server = new OAuth2Server()
  await server.issuer.keys.generate('RS256')
  await server.start(0, 'localhost')
  const issuer = server.issuer.url ?? ''
  const here: OpenidServer = {
    issuer,
    says: {},
    saysWhenAsked: {},
    forges: false,
    async visit(url) {
      const { headers } = await fetch(url, { redirect: 'manual' })
      return headers.get('location') ?? ''
    },
    close: () => server.stop(),
  }
  server.service.on('beforeTokenSigning', (token) => {
    Object.assign(token.payload, here.says)
  })
  server.service.on('beforeResponse', ({ body }) => {
    if (!here.forges || typeof body !== 'object' || body === null) return
    const parts = String(body['id_token']).split('.')
    body['id_token'] = [...parts.slice(0, 2), Buffer.alloc(256, 1).toString('base64url')].join('.')
  })
  server.service.on('beforeUserinfo', (answer) => {
    answer.body = { sub: here.says['sub'], ...here.saysWhenAsked }
  })
  return here
}
