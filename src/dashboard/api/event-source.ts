/**
 * The stream of server-sent events itself. It goes on after the last event that was seen, so a lost
 * connection misses nothing; where that is not possible, it says that everybody has to look again.
 */
import { apiPath } from './client.ts'
import type { DeskEvent } from './types.ts'

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'offline'

/** `again`: events may have been missed, look at everything once more. */
export type Heard = DeskEvent | 'again'

/** What a stream says; plain data, so that it can be passed on to other tabs. */
export interface Said {
  readonly connection: Connection
  /** The last event that was seen; null: none yet. */
  readonly lastId: string | null
  /** When what was heard was right, in ms since 1970; null: it is not known to be right now. */
  readonly freshAt: number | null
  readonly heard: Heard | null
}

const TYPES = [
  'ticket.created',
  'ticket.updated',
  'ticket.status_changed',
  'comment.created',
  'delivery.changed',
  'inbox.changed',
  'user.changed',
  'webhook.changed',
  'suppression.changed',
  'sender.changed',
  'alert.raised',
  'alert.cleared',
]
const RETRY_MS = 1_000
const RETRY_MAX_MS = 15_000

/** Opens the stream; returns what ends it. */
export function openStream(after: string | null, say: (said: Said) => void): () => void {
  let source: EventSource | null = null
  let lastId = after
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const live = (heard: Heard | null): void =>
    say({ connection: 'live', lastId, freshAt: Date.now(), heard })

  const connect = (): void => {
    clearTimeout(timer)
    source?.close()
    const opened = new EventSource(apiPath(`/events${lastId === null ? '' : `?after=${lastId}`}`))
    source = opened
    const first = lastId === null
    opened.addEventListener('open', () => {
      failures = 0
      // What happened before the first stream is nowhere in it.
      live(first ? 'again' : null)
    })
    opened.addEventListener('reset', (event) => {
      lastId = event.lastEventId
      live('again')
    })
    for (const type of TYPES) {
      opened.addEventListener(type, (event: MessageEvent<string>) => {
        lastId = event.lastEventId
        live(JSON.parse(event.data) as DeskEvent)
      })
    }
    opened.addEventListener('error', () => {
      if (source === opened) lose()
    })
  }

  /** The browser's own reconnecting gives up after an answer it does not like; ours does not. */
  const lose = (): void => {
    source?.close()
    failures += 1
    clearTimeout(timer)
    timer = setTimeout(connect, Math.min(RETRY_MS * 2 ** (failures - 1), RETRY_MAX_MS))
    const connection = navigator.onLine ? 'reconnecting' : 'offline'
    say({ connection, lastId, freshAt: null, heard: null })
  }

  window.addEventListener('online', connect)
  window.addEventListener('offline', lose)
  connect()
  return () => {
    window.removeEventListener('online', connect)
    window.removeEventListener('offline', lose)
    clearTimeout(timer)
    source?.close()
    source = null
  }
}
