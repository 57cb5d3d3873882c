/** Keeps things as long as the configuration says, and removes bytes that nothing refers to. */
import type { Clock } from '../clock.ts'
import type { Retention } from '../config.ts'
import { sweepBlobs } from '../store/blob-garbage.ts'
import type { Blobs } from '../store/blobs.ts'
import type { Store } from '../store/open.ts'
import {
  type Forget,
  forgetDiscarded,
  forgetEvents,
  forgetSent,
  forgetSources,
} from '../store/retention.ts'

interface ForgetDeps {
  readonly store: Store
  readonly blobs: Blobs
  readonly clock: Clock
  readonly retention: Retention
}

const STEPS: readonly [keyof Retention, Forget][] = [
  ['sources', forgetSources],
  ['discarded', forgetDiscarded],
  ['sent', forgetSent],
  ['events', forgetEvents],
]
/** Of each kind in one run: the rest goes in the next ones. */
const STEPS_MAX = 200

export async function forgetOld({ store, clock, retention }: ForgetDeps): Promise<void> {
  for (const [kind, forget] of STEPS) {
    const keptMs = retention[kind]
    if (keptMs === null) continue
    const at = clock.now()
    const before = new Date(at.getTime() - keptMs)
    for (let step = 0; step < STEPS_MAX; step += 1) {
      const ids = await forget.find(store.read, before)
      if (ids.length === 0) break
      // None: somebody else is at it.
      if ((await store.transaction((tx) => forget.drop(tx, ids, at))) === 0) break
    }
  }
}

/** Bytes whose last reference went a while ago. */
export async function sweep({ store, blobs, clock }: Omit<ForgetDeps, 'retention'>): Promise<void> {
  while (await sweepBlobs({ store, blobs }, clock.now())) {
    // Step by step, so that others get their turn.
  }
}
