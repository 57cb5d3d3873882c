/**
 * Messages whose reading takes long are overtaken by those behind them, but not by an answer to
 * them: it would find no conversation and open one of its own. By Message-ID, which the ledger knows
 * before a message is read.
 */
import type { InboundMessage } from '../store/inbound-messages.ts'
import type { Ready } from './take.ts'

interface Slow {
  readonly id: number
  readonly taken: Promise<unknown>
}

export class Overtaken {
  readonly #slow = new Map<string, Slow>()

  /** `taken` ends, however, when this message is no longer in hand. */
  add({ id, messageId }: InboundMessage, taken: Promise<unknown>): void {
    if (messageId === null) return
    const slow = { id, taken }
    this.#slow.set(messageId, slow)
    const forget = (): void => {
      if (this.#slow.get(messageId) === slow) this.#slow.delete(messageId)
    }
    taken.then(forget, forget)
  }

  /** Ends when all that this one answers are taken; null: it waits for nobody. */
  before({ row, parsed }: Ready): Promise<unknown> | null {
    const { inReplyTo, references } = parsed.message
    const answered = [...inReplyTo, ...references].flatMap((id) => {
      const slow = this.#slow.get(id)
      // Only for earlier ones: two that name each other would wait for ever.
      return slow !== undefined && slow.id < row.id ? [slow.taken] : []
    })
    return answered.length === 0 ? null : Promise.allSettled(answered)
  }
}
