/**
 * How much automatic mail may leave: budgets per recipient, per domain and in total, apart for
 * senders nobody verified. Responders that mark nothing are inbound/restraint.ts's business.
 */
import type { Config } from '../config.ts'
import type { Rate } from '../config-values.ts'
import { type Address, domainOf } from '../mail/address.ts'
import type { Queryable } from '../store/open.ts'
import { type CountFilter, countOutbox } from '../store/outbox.ts'

export type AckBudget = Config['acknowledgement']['budget']

/** Null: there is room. Otherwise which budget is used up, for the row's detail. */
export async function usedUpBudget(
  db: Queryable,
  budget: AckBudget,
  recipient: { address: Address; verified: boolean },
  at: Date,
): Promise<string | null> {
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
  for (const [name, rate, filter] of checks) {
    if (rate === null) continue
    const since = new Date(at.getTime() - rate.windowMs)
    if ((await countOutbox(db, { ...filter, since })) >= rate.count) {
      return `the acknowledgement budget ${name} (${rate.count} in ${rate.windowMs / 1000} s) is used up`
    }
  }
  return null
}
