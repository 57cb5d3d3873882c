/** What a parser process says to its parent. */
import type { ParseResponse } from './protocol.ts'

/**
 * Resolves when the kernel has it, whole: should the next message end this process, the answer is
 * there to be heard, and nobody else is blamed. While the parent reads nothing, this waits.
 */
export function say(response: ParseResponse): Promise<void> {
  return new Promise((resolve) => {
    // When it cannot be said the parent is gone, and this process ends as well.
    process.send?.(response, undefined, undefined, () => resolve())
  })
}
