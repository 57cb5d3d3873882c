/**
 * What the loops report and /readyz and /inboxes tell: the live state of every connection.
 * Kept in memory only; it is about now.
 */
export const CONNECTION_STATES = [
  'connecting',
  'connected',
  'error',
  'needs_reauth',
  'paused',
  'standby',
  'stopped',
] as const
export type ConnectionState = (typeof CONNECTION_STATES)[number]

export interface ConnectionHealth {
  readonly state: ConnectionState
  /** Since when it is in this state. */
  readonly since: Date
  readonly lastSuccessAt: Date | null
  /** What is wrong, for people; null: nothing. */
  readonly error: string | null
  readonly nextRetryAt: Date | null
}

/** A connection that is in another state now. */
export interface ConnectionChange {
  readonly inbox: string
  readonly side: 'imap' | 'smtp'
  /** Null: it was not heard of before. */
  readonly from: ConnectionState | null
  readonly to: ConnectionState
  readonly at: Date
}

interface Failure {
  readonly error: string
  readonly nextRetryAt: Date
  readonly state?: 'error' | 'needs_reauth'
}

const isTrouble = (state: ConnectionState): boolean => state === 'error' || state === 'needs_reauth'

export class Health {
  readonly #connections = new Map<string, ConnectionHealth>()
  readonly #changed: (change: ConnectionChange) => void

  /** `changed` is told of every change of state; a first attempt that is under way is none. */
  constructor(changed: (change: ConnectionChange) => void = () => {}) {
    this.#changed = changed
  }

  /** `inbox` is its name, `side` which of its two connections. */
  of(inbox: string, side: 'imap' | 'smtp'): ConnectionHealth | null {
    return this.#connections.get(`${side} ${inbox}`) ?? null
  }

  connecting(inbox: string, side: 'imap' | 'smtp', at: Date): void {
    const before = this.of(inbox, side)
    // An error stays visible until the next success, not just until the next attempt.
    if (before !== null && isTrouble(before.state)) return
    this.#set(inbox, side, { state: 'connecting', error: null, nextRetryAt: null }, at)
  }

  /** Somebody wants it so. */
  paused(inbox: string, side: 'imap' | 'smtp', at: Date): void {
    this.#set(inbox, side, { state: 'paused', error: null, nextRetryAt: null }, at)
  }

  /** Another daemon fetches it. */
  standby(inbox: string, side: 'imap' | 'smtp', at: Date): void {
    this.#set(inbox, side, { state: 'standby', error: null, nextRetryAt: null }, at)
  }

  succeeded(inbox: string, side: 'imap' | 'smtp', at: Date): void {
    const change = {
      state: 'connected' as const,
      error: null,
      nextRetryAt: null,
      lastSuccessAt: at,
    }
    this.#set(inbox, side, change, at)
  }

  /** `needs_reauth`: nothing is tried until a person has authorised us again. */
  failed(
    inbox: string,
    side: 'imap' | 'smtp',
    { state = 'error', ...failure }: Failure,
    at: Date,
  ): void {
    this.#set(inbox, side, { state, ...failure }, at)
  }

  /** Connections that have not worked for at least so long. */
  failingFor(ms: number, at: Date): { inbox: string; side: 'imap' | 'smtp'; error: string }[] {
    return [...this.#connections].flatMap(([key, { state, since, error }]) => {
      const [side = '', ...name] = key.split(' ')
      if (!isTrouble(state) || at.getTime() - since.getTime() < ms) return []
      return [{ inbox: name.join(' '), side: side === 'imap' ? side : 'smtp', error: error ?? '' }]
    })
  }

  /** Names and errors of the connections that do not work now. */
  troubles(): { inbox: string; side: string; error: string }[] {
    return [...this.#connections].flatMap(([key, { state, error }]) => {
      const [side = '', ...name] = key.split(' ')
      return isTrouble(state) ? [{ inbox: name.join(' '), side, error: error ?? '' }] : []
    })
  }

  #set(
    inbox: string,
    side: 'imap' | 'smtp',
    change: Pick<ConnectionHealth, 'state' | 'error' | 'nextRetryAt'> & { lastSuccessAt?: Date },
    at: Date,
  ): void {
    const before = this.of(inbox, side)
    this.#connections.set(`${side} ${inbox}`, {
      state: change.state,
      // A time to come was noted before the clock was put back.
      since: before?.state === change.state && before.since <= at ? before.since : at,
      lastSuccessAt: change.lastSuccessAt ?? before?.lastSuccessAt ?? null,
      error: change.error,
      nextRetryAt: change.nextRetryAt,
    })
    const from = before?.state ?? null
    if (from === change.state || change.state === 'connecting') return
    this.#changed({ inbox, side, from, to: change.state, at })
  }
}
