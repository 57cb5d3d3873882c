/** Inboxes that another Postroom, with a database of its own, answers as well: in memory; it is about now. */

/** Longer than between two looks, so that what is seen in each lasts. */
const LASTS_MS = 60 * 60_000

export class OtherDesks {
  readonly #seenAt = new Map<string, Date>()

  /** Its automatic mail was seen. */
  seen(inbox: string, at: Date): void {
    this.#seenAt.set(inbox, at)
  }

  /** Was its mail seen within the last hour? `inbox` is a name. */
  answer(inbox: string, at: Date): boolean {
    const seenAt = this.#seenAt.get(inbox)
    return seenAt !== undefined && at.getTime() - seenAt.getTime() < LASTS_MS
  }
}
