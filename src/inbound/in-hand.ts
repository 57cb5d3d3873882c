/**
 * What intake claims, and how much of it at most. Messages that are read for longer than a turn lasts
 * stay in hand while it goes on: without a bound all that waits would be claimed while the parser is
 * at slow ones. It would be in memory at once, wait for longer than a claim lasts, and be read again.
 */
import type { Clock } from '../clock.ts'
import { claimInbound, type InboundMessage, nextInboundDue } from '../store/inbound-messages.ts'
import type { DecideContext } from './decide.ts'

/** Also bounds one transaction. More would only wait for the parser. */
export const ROWS_IN_HAND_MAX = 64
/** Sources are read into memory where the store has no files. One message may exceed it. */
const BYTES_IN_HAND_MAX = 64 * 1024 * 1024
const IDLE_MS = 5_000

export class InHand {
  readonly #bytes = new Map<number, number>()
  readonly #roomAgain: () => void

  constructor(roomAgain: () => void) {
    this.#roomAgain = roomAgain
  }

  /** `done` ends, however, when this message is no longer in hand. */
  add({ id, size }: Pick<InboundMessage, 'id' | 'size'>, done: Promise<unknown>): void {
    this.#bytes.set(id, size)
    const forget = (): void => {
      const wasFull = this.isFull
      this.#bytes.delete(id)
      if (wasFull && !this.isFull) this.#roomAgain()
    }
    done.then(forget, forget)
  }

  get ids(): readonly number[] {
    return [...this.#bytes.keys()]
  }

  /** What may be claimed now. */
  get room(): { readonly rows: number; readonly bytes: number } {
    const bytes = [...this.#bytes.values()].reduce((sum, size) => sum + size, 0)
    return { rows: ROWS_IN_HAND_MAX - this.#bytes.size, bytes: BYTES_IN_HAND_MAX - bytes }
  }

  get isFull(): boolean {
    const { rows, bytes } = this.room
    return rows <= 0 || bytes <= 0
  }
}

interface ClaimDeps {
  readonly clock: Clock
  readonly context: DecideContext
  readonly owner: string
}

export async function claim(
  { clock, context, owner }: ClaimDeps,
  inHand: InHand,
): Promise<InboundMessage[]> {
  if (inHand.isFull) return []
  const { rows: limit, bytes } = inHand.room
  const wish = { ...wishOf(context, owner, inHand), limit, bytes, at: clock.now() }
  return context.store.transaction((tx) => claimInbound(tx, wish))
}

/** How long there is nothing to claim, unless something arrives or there is room again. */
export async function idleMs(
  { clock, context, owner }: ClaimDeps,
  inHand: InHand,
): Promise<number> {
  if (inHand.isFull) return IDLE_MS
  const due = await nextInboundDue(context.store.read, wishOf(context, owner, inHand))
  if (due === null) return IDLE_MS
  return Math.min(IDLE_MS, Math.max(10, due.getTime() - clock.now().getTime()))
}

const wishOf = ({ inboxes }: DecideContext, owner: string, { ids }: InHand) => ({
  inboxIds: inboxes.map(({ id }) => id),
  owner,
  except: ids,
})
