/** How much garbage the daemon may gather before it is collected. */
import { setFlagsFromString } from 'node:v8'

/** As much as what lives: what V8 allows on a machine that has nothing else to do. */
const GARBAGE_PERCENT = 100

/**
 * V8 lets a heap grow to four times what lives while it is slow to collect, which is when others want the
 * processor: 60 MB of objects held 215 MB then. `percent` of what lives is garbage at most.
 */
export function boundGarbage(percent: number = GARBAGE_PERCENT): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`)
}
