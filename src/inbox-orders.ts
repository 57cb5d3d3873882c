/** Orders about inboxes, from the API to the loops that fetch their mail. */
import { Bell } from './pause.ts'

export class InboxOrder {
  readonly bell = new Bell()
  #looks = 0

  /** How often somebody wanted a look at once. */
  get looks(): number {
    return this.#looks
  }

  /** Ends the session; the new one compares the whole folder with the ledger. */
  lookNow(): void {
    this.#looks += 1
    this.bell.ring()
  }
}

export class InboxOrders {
  readonly #orders = new Map<number, InboxOrder>()

  of(inboxId: number): InboxOrder {
    const known = this.#orders.get(inboxId)
    if (known !== undefined) return known
    const order = new InboxOrder()
    this.#orders.set(inboxId, order)
    return order
  }
}
