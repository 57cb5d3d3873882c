/**
 * What a command has begun to write and nobody could use: taken away when it fails, and when a signal
 * ends it. (kill -9 leaves it: nothing takes it for whole, and the next run writes its own.)
 */
import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'

const begun = new Set<string>()

/** Files or directories that `work` makes; they stay when it succeeds. */
export async function removedUnlessDone<T>(
  paths: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  for (const path of paths) begun.add(path)
  try {
    return await work()
  } catch (err) {
    for (const path of paths) await rm(path, { recursive: true, force: true })
    throw err
  } finally {
    for (const path of paths) begun.delete(path)
  }
}

/** A directory that is for `work` alone. */
export async function scratchFor<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const result = await removedUnlessDone([directory], work)
  await rm(directory, { recursive: true, force: true })
  return result
}

/** At once, for a process that is about to end. */
export function removeUnfinished(): void {
  for (const path of begun) {
    try {
      rmSync(path, { recursive: true, force: true })
    } catch {
      // Something is still being written there; it ends with the process.
    }
  }
}
