/**
 * What happens at the desk, as it happens: one stream of server-sent events for the whole page.
 * It goes on after the last event that was seen, so a lost connection misses nothing; where that
 * is not possible, everybody is told to look again.
 */
import { signal } from '@preact/signals'
import type { DeskEvent } from './types.ts'

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'offline'

export const connection = signal<Connection>('connecting')
/** When the page was last known to be right. */
export const freshAt = signal<Date>(new Date())

/** `again`: events may have been missed, look at everything once more. */
export type Heard = DeskEvent | 'again'
type Listener = (heard: Heard) => void

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

const listeners = new Set<Listener>()
let source: EventSource | null = null
let lastId: string | null = null
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** Returns what ends it. */
export function onEvents(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const tell = (heard: Heard): void => {
  for (const listener of listeners) listener(heard)
}

export function startEvents(): void {
  if (source !== null) return
  window.addEventListener('online', connect)
  window.addEventListener('offline', lose)
  connect()
}

export function stopEvents(): void {
  window.removeEventListener('online', connect)
  window.removeEventListener('offline', lose)
  clearTimeout(timer)
  source?.close()
  source = null
  lastId = null
}

function connect(): void {
  clearTimeout(timer)
  source?.close()
  const opened = new EventSource(`/api/v1/events${lastId === null ? '' : `?after=${lastId}`}`)
  source = opened
  const first = lastId === null
  opened.addEventListener('open', () => {
    failures = 0
    connection.value = 'live'
    freshAt.value = new Date()
    // What happened before the first stream is nowhere in it.
    if (first) tell('again')
  })
  opened.addEventListener('reset', (event) => {
    lastId = event.lastEventId
    tell('again')
  })
  for (const type of TYPES) {
    opened.addEventListener(type, (event: MessageEvent<string>) => {
      lastId = event.lastEventId
      freshAt.value = new Date()
      tell(JSON.parse(event.data) as DeskEvent)
    })
  }
  opened.addEventListener('error', () => {
    if (source === opened) lose()
  })
}

/** The browser's own reconnecting gives up after an answer it does not like; ours does not. */
function lose(): void {
  source?.close()
  connection.value = navigator.onLine ? 'reconnecting' : 'offline'
  failures += 1
  clearTimeout(timer)
  timer = setTimeout(connect, Math.min(RETRY_MS * 2 ** (failures - 1), RETRY_MAX_MS))
}
