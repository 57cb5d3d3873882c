/**
 * An agent's client of the API that loses no answer: each has an Idempotency-Key and is sent again
 * until the desk says that it has it, whatever happens to the daemon meanwhile.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../src/errors.ts'
import type { Ledger } from './ledger.ts'

interface Answer {
  readonly ticketId: number
  readonly text: string
}

/** So many requests at once: as many as an agent has hands. */
const HANDS = 2
const AGAIN_MS = 100

export class ApiAgent {
  readonly #ledger: Ledger
  readonly #waiting: Answer[] = []
  readonly #stop = new AbortController()
  #hands: Promise<void>[] = []
  #url = ''
  #token = ''
  #open = 0
  #refusal: string | null = null
  /** Answers that the desk said it had. */
  acknowledged = 0

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** From now on there is a desk at this URL, and this token is good there. */
  works(url: string, token: string): void {
    this.#url = url
    this.#token = token
    if (this.#hands.length > 0) return
    this.#hands = Array.from({ length: HANDS }, () => this.#work())
  }

  answer(ticketId: number, text: string): void {
    this.#ledger.note(text, text)
    this.#open += 1
    this.#waiting.push({ ticketId, text })
  }

  /** Has the desk got everything? Throws when it refuses something. */
  get isIdle(): boolean {
    if (this.#refusal !== null) throw new Error(this.#refusal)
    return this.#open === 0
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#hands)
  }

  async #work(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const next = this.#waiting.shift()
      if (next === undefined) await delay(AGAIN_MS)
      else await this.#insist(next)
    }
  }

  async #insist(answer: Answer): Promise<void> {
    for (let round = 1; !this.#stop.signal.aborted; ) {
      const done = await this.#try(answer, round)
      if (done === 'yes') this.acknowledged += 1
      if (done === 'yes' || done === 'there') {
        this.#open -= 1
        return
      }
      // Whoever began with this key is dead and did nothing: the same again is another request.
      if (done === 'not_there') round += 1
      await delay(AGAIN_MS)
    }
  }

  /** `later`: nobody heard us, or the desk is busy. */
  async #try(answer: Answer, round: number): Promise<'yes' | 'there' | 'not_there' | 'later'> {
    try {
      const status = await this.#post(answer, round)
      if (status === 201) return 'yes'
      // A daemon died over it, and the next one cannot tell whether it was done: we look.
      if (status === 409) return (await this.#isThere(answer)) ? 'there' : 'not_there'
      if (status !== 429 && status < 500) this.#refusal = `the API refuses an answer: ${status}`
      return 'later'
    } catch (err) {
      // Of fetch: no connection, or none any more.
      if (err instanceof TypeError || this.#stop.signal.aborted) return 'later'
      throw new Error(messageOf(err), { cause: err })
    }
  }

  async #post({ ticketId, text }: Answer, round: number): Promise<number> {
    const response = await this.#fetch(`/api/v1/tickets/${ticketId}/comments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `${ticketId}-${round}` },
      body: JSON.stringify({ text, visibility: 'public' }),
    })
    await response.text()
    return response.status
  }

  async #isThere({ ticketId, text }: Answer): Promise<boolean> {
    const response = await this.#fetch(`/api/v1/tickets/${ticketId}/comments?limit=200`, {})
    const said = await response.text()
    // An answer that is no answer: neither there nor not.
    if (!response.ok) throw new TypeError(`the API answers ${response.status}`)
    return said.includes(JSON.stringify(text))
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as object), authorization: `Bearer ${this.#token}` }
    return fetch(`${this.#url}${path}`, { ...init, headers, signal: this.#stop.signal })
  }
}
