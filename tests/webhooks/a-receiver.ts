/** A receiver of webhooks on loopback, which verifies by the specification, not by our code. */
import { createHmac } from 'node:crypto'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

export interface Received {
  readonly path: string
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly json: Record<string, unknown> & { data: Record<string, unknown> }
}

/** What to answer; `hang`: never anything. */
export type Reaction = { status: number; headers?: Record<string, string>; text?: string } | 'hang'

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** Of the next requests; 204 by default. */
  react: (received: Received) => Reaction
  /** How long it thinks. */
  delayMs: number
}

export async function aReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const receiver: Receiver = { url: '', received, react: () => ({ status: 204 }), delayMs: 0 }
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { headers } = request
    const isJson = headers['content-type'] === 'application/json'
    const one = {
      path: request.url ?? '',
      id: String(headers['webhook-id']),
      headers,
      body,
      json: isJson ? JSON.parse(body) : {},
    }
    received.push(one)
    const reaction = receiver.react(one)
    if (reaction === 'hang') return
    if (receiver.delayMs > 0) await setTimeout(receiver.delayMs)
    response.writeHead(reaction.status, reaction.headers ?? {}).end(reaction.text ?? '')
  }
  const server = createServer((request, response) => void take(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  onTestFinished(() => server.closeAllConnections())
  const { port } = server.address() as AddressInfo
  return Object.assign(receiver, { url: `http://127.0.0.1:${port}/hook` })
}

/** Which of these secrets signed it, as a receiver would check that. */
export function signersOf({ headers, body }: Received, secrets: readonly string[]): boolean[] {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const given = String(headers['webhook-signature']).split(' ')
  return secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return given.includes(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  })
}
