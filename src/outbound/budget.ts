/**
 * How much automatic mail may leave: budgets per recipient, per domain and in total, apart for
 * senders nobody verified. Responders that mark nothing are inbound/restraint.ts's business.
 */
import type { Config } from '../config.ts'
import type { Rate } from '../config-values.ts'
import { type Address, domainOf } from '../mail/address.ts'
import { sideBySideIn } from '../store/gather.ts'
import type { Queryable } from '../store/open.ts'
import { type CountFilter, countOutbox } from '../store/outbox-counts.ts'

export type AckBudget = Config['acknowledgement']['budget']

const usedUp = (name: string): string => `the acknowledgement budget ${name} `

/** How the details begin that say that a budget of all recipients is used up. */
export const USED_UP_FOR_ALL = [usedUp('unverified_total'), usedUp('total')]

export interface UsedUp {
  /** Which budget it is, for the row's detail. */
  readonly detail: string
  /**
   * May it leave later? A storm of proven senders is answered when there is room again; one of
   * senders whom nobody verified never is, for it is what a forger would wish for.
   */
  readonly later: boolean
}

/** Null: there is room. */
export async function usedUpBudget(
  db: Queryable,
  budget: AckBudget,
  recipient: { address: Address; verified: boolean },
  at: Date,
): Promise<UsedUp | null> {
  const kind = 'acknowledgement' as const
  const checks: readonly [string, Rate | null, Omit<CountFilter, 'since'>][] = [
    ['per_recipient', budget.perRecipient, { kind, rcptTo: recipient.address }],
    ['per_domain', budget.perDomain, { kind, rcptDomain: domainOf(recipient.address) }],
    [
      'unverified_total',
      recipient.verified ? null : budget.unverifiedTotal,
      { kind, verified: false },
    ],
    ['total', budget.total, { kind }],
  ]
  const promised = promisedBeside(db)
  const used: { name: string; rate: Rate; key: string; before: number }[] = []
  for (const [name, rate, filter] of checks) {
    if (rate === null) continue
    const since = new Date(at.getTime() - rate.windowMs)
    const key = JSON.stringify([name, filter])
    used.push({ name, rate, key, before: await promised.before(key, { ...filter, since }) })
  }
  // From here to the promise nobody else comes in between.
  const full = used.find(({ key, before, rate }) => before + promised.now(key) >= rate.count)
  if (full === undefined) {
    for (const { key } of used) promised.add(key)
    return null
  }
  const { name, rate } = full
  const detail = `${usedUp(name)}(${rate.count} in ${rate.windowMs / 1000} s) is used up`
  return { detail, later: name === 'total' && recipient.verified }
}

/**
 * Of works that run side by side none sees the rows that the others are about to write: what each
 * of them is promised counts for all.
 */
class Promised {
  readonly #db: Queryable
  readonly #before = new Map<string, Promise<number>>()
  readonly #now = new Map<string, number>()

  constructor(db: Queryable) {
    this.#db = db
  }

  before(key: string, filter: CountFilter): Promise<number> {
    const asked = this.#before.get(key) ?? countOutbox(this.#db, filter)
    this.#before.set(key, asked)
    return asked
  }

  now(key: string): number {
    return this.#now.get(key) ?? 0
  }

  add(key: string): void {
    this.#now.set(key, this.now(key) + 1)
  }
}

const promises = new WeakMap<object, Promised>()

function promisedBeside(db: Queryable): Promised {
  const beside = sideBySideIn(db)
  const known = beside === null ? undefined : promises.get(beside)
  if (known !== undefined) return known
  const promised = new Promised(db)
  if (beside !== null) promises.set(beside, promised)
  return promised
}
