/**
 * What happens at the desk, as it happens. All tabs of a browser share one stream: the tab that
 * holds a lock has it open and passes on what it hears; when it goes, the next one gets the lock
 * and goes on after the last event it was told. Where there are no locks (they need a secure
 * origin) each tab has its own.
 */
import { signal } from '@preact/signals'
import { apiPath } from './client.ts'
import { type Connection, type Heard, openStream, type Said } from './event-source.ts'

export const connection = signal<Connection>('connecting')
/** When the page was last known to be right. */
export const freshAt = signal<Date>(new Date())

type Listener = (heard: Heard) => void

const listeners = new Set<Listener>()

/** Returns what ends it. */
export function onEvents(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** A tab that has just come wants to know how things are. */
const ASK = 'ask'

let last: Said | null = null
let end: (() => void) | null = null

function take(said: Said): void {
  last = said
  connection.value = said.connection
  if (said.freshAt !== null) freshAt.value = new Date(said.freshAt)
  if (said.heard === null) return
  for (const listener of listeners) listener(said.heard)
}

/** @param userId whose stream it is: others of this browser have theirs. */
export function startEvents(userId: number): void {
  if (end !== null) return
  connection.value = 'connecting'
  end = 'locks' in navigator ? share(`postroom${apiPath('')} ${userId}`) : openStream(null, take)
}

export function stopEvents(): void {
  end?.()
  end = null
  last = null
}

function share(name: string): () => void {
  const channel = new BroadcastChannel(name)
  const stop = new AbortController()
  let close: (() => void) | null = null
  channel.addEventListener('message', ({ data }: MessageEvent<Said | typeof ASK>) => {
    if (data !== ASK) take(data)
    else if (close !== null && last !== null) channel.postMessage({ ...last, heard: null })
  })
  const lead = (): Promise<void> => {
    close = openStream(last?.lastId ?? null, (said) => {
      take(said)
      channel.postMessage(said)
    })
    // The lock is held until the page stops or is gone.
    return new Promise((resolve) => stop.signal.addEventListener('abort', () => resolve()))
  }
  // Refused when the page stops before its turn has come.
  navigator.locks.request(name, { signal: stop.signal }, lead).catch(() => {})
  channel.postMessage(ASK)
  return () => {
    stop.abort()
    close?.()
    channel.close()
  }
}
