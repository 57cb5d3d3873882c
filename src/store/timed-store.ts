/** A store whose transactions are timed, from being asked for to being durable. */
import type { Store } from './open.ts'

/** @param told how long each transaction took, whether or not anything came of it */
export function timedStore(store: Store, told: (seconds: number) => void): Store {
  return {
    ...store,
    async transaction(work) {
      const startedAt = performance.now()
      try {
        return await store.transaction(work)
      } finally {
        told((performance.now() - startedAt) / 1_000)
      }
    },
  }
}
