/** Inboxes that another Postroom, with a database of its own, answers as well: in memory; it is about now. */

/** Longer than between two looks, so that what is seen in each lasts. */
const LASTS_MS = 60 * 60_000
/** A look is made every quarter of an hour. */
const LOOK_LASTS_MS = 20 * 60_000

interface Look {
  readonly at: Date
  /** Of the newest mail that another one sent; null: none was seen. */
  readonly foreignAt: Date | null
}

/** By the name of the inbox. */
export class OtherDesks {
  readonly #looks = new Map<string, Look>()

  /** @param foreignAt when the newest of the other's mail was sent; null: there was none */
  looked(inbox: string, foreignAt: Date | null, at: Date): void {
    const before = this.#looks.get(inbox)?.foreignAt ?? null
    this.#looks.set(inbox, { at, foreignAt: foreignAt ?? before })
  }

  /** Did it send something within the last hour? */
  answer(inbox: string, at: Date): boolean {
    const foreignAt = this.#looks.get(inbox)?.foreignAt ?? null
    return foreignAt !== null && isWithin(LASTS_MS, foreignAt, at)
  }

  /** Was there a look just now? Without one nobody can say that there is no other. */
  areLookedFor(inbox: string, at: Date): boolean {
    const look = this.#looks.get(inbox)
    return look !== undefined && isWithin(LOOK_LASTS_MS, look.at, at)
  }
}

/** A clock that was put back must not make it last until it has caught up. */
const isWithin = (ms: number, before: Date, at: Date): boolean =>
  Math.abs(at.getTime() - before.getTime()) < ms
