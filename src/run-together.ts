/**
 * Runs the daemon's loops as one unit: they all live, or they all stop.
 *
 * A loop that ends early or throws is a bug, and half a daemon (mail fetched but never answered)
 * is worse than none. So the first one to end stops the others, every one of them is awaited, and
 * the process exits with the first error for its supervisor to restart.
 */
import { setMaxListeners } from 'node:events'
import { passing } from './fault-points.ts'

export type Loop = (signal: AbortSignal) => Promise<void>

export async function runTogether(
  loops: Readonly<Record<string, Loop>>,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController()
  const stopped = AbortSignal.any([signal, stop.signal])
  // Every loop listens, and there are several for each inbox: that is no leak.
  for (const one of [signal, stopped]) setMaxListeners(0, one)

  const running = Object.entries(loops).map(async ([name, loop]) => {
    try {
      await loop(stopped)
      if (!stopped.aborted) throw new Error('ended by itself')
    } catch (cause) {
      throw new Error(`loop "${name}" failed`, { cause })
    } finally {
      stop.abort()
    }
  })

  const failed = (await Promise.allSettled(running)).find((result) => result.status === 'rejected')
  await passing('stop.draining')
  if (failed !== undefined) throw failed.reason
}
