/** Reads a stream of server-sent events as a browser would. */
import type { Client } from './desk-api.ts'

export interface Frame {
  readonly id: number | null
  readonly event: string | null
  readonly data: Record<string, unknown> | null
}

export interface EventsClient {
  readonly response: Response
  /** The next `count` frames that are events; fails when there are none for five seconds. */
  next(count: number): Promise<Frame[]>
  /** Everything that came so far. */
  text(): string
  /** Resolves when the server ends the stream. */
  ended(): Promise<void>
  close(): Promise<void>
}

export async function eventsOf(
  client: Client,
  query = '',
  headers: Record<string, string> = {},
): Promise<EventsClient> {
  const response = await fetch(`${client.url}/api/v1/events${query}`, {
    headers: { authorization: client.authorization, ...headers },
  })
  const reader = (response.body ?? new ReadableStream()).getReader()
  const decoder = new TextDecoder()
  let text = ''
  let taken = 0
  const more = async (): Promise<boolean> => {
    const { done, value } = await reader.read()
    if (!done) text += decoder.decode(value as Uint8Array, { stream: true })
    return !done
  }
  return {
    response,
    text: () => text,
    async next(count) {
      const late = new Promise<never>((_resolve, reject) => {
        setTimeout(() => reject(new Error(`waited for an event, got ${text}`)), 5_000).unref()
      })
      while (framesIn(text).length < taken + count) {
        if (!(await Promise.race([more(), late]))) throw new Error(`the stream ended: ${text}`)
      }
      taken += count
      return framesIn(text).slice(taken - count, taken)
    },
    async ended() {
      while (await more());
    },
    close: () => reader.cancel(),
  }
}

function framesIn(text: string): Frame[] {
  const blocks = text.split('\n\n').slice(0, -1)
  return blocks
    .map((block) => {
      const field = (name: string): string | null =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null
      const id = field('id')
      const data = field('data')
      return {
        id: id === null ? null : Number(id),
        event: field('event'),
        data: data === null ? null : (JSON.parse(data) as Record<string, unknown>),
      }
    })
    .filter(({ event }) => event !== null)
}
