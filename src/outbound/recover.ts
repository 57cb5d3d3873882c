/**
 * What was being sent when its daemon died, or when a lane lost it: `sending` is safe to send again,
 * `ending` is uncertain. See store/outbox-delivery.ts.
 */
import { recoverDeliveries, type Recovery } from '../store/outbox-delivery.ts'
import { type AttemptDeps, LOOK_AFTER_MS, recordDelivery } from './attempt.ts'

/** At start, and now and then: what dead daemons were sending. Returns how many became uncertain. */
export const recoverSending = (deps: AttemptDeps, own: boolean): Promise<number> =>
  recover(deps, { owner: own ? deps.owner : null })

/** For what was tried several times already: whatever ends it may end it each time. */
const ASTRAY_AGAIN_MS = 60_000

/** While this daemon lives: what it claimed and does not work on. */
export function recoverAstray(
  deps: AttemptDeps,
  { inboxId, inHand }: { inboxId: number; inHand: readonly number[] },
): Promise<number> {
  const againAt = new Date(deps.clock.now().getTime() + ASTRAY_AGAIN_MS)
  return recover(deps, { owner: deps.owner, astray: { inboxId, inHand, againAt } })
}

async function recover(
  deps: AttemptDeps,
  whose: Pick<Recovery, 'owner' | 'astray'>,
): Promise<number> {
  const at = deps.clock.now()
  const recovery = { ...whose, at, lookAt: new Date(at.getTime() + LOOK_AFTER_MS) }
  const detail = 'stopped while the server was taking the message'
  const { uncertain } = await deps.store.transaction(async (tx) => {
    const recovered = await recoverDeliveries(tx, recovery)
    for (const row of recovered.uncertain) {
      const outcome = { outcome: 'uncertain' as const, detail, dueAt: recovery.lookAt }
      await recordDelivery(tx, row, outcome, at)
    }
    return recovered
  })
  for (const { id, ticketId, kind } of uncertain) {
    deps.events.deliveryUncertain({ outboxId: id, ticketId, detail, kind, ms: null })
  }
  return uncertain.length
}
