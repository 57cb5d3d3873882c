/** Makes the code of this process fail at a named point, for tests that need no process of their own. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { FAULT_CHANNEL, type FaultPoint, type Passing } from '../../src/fault-points.ts'

/** The next passing of the point fails with this error; resolves when that has happened. */
export function failOnce(point: FaultPoint, error: Error): Promise<void> {
  return new Promise((resolve) => {
    const fail = (message: unknown): void => {
      const passed = message as Passing
      if (passed.point !== point) return
      unsubscribe(FAULT_CHANNEL, fail)
      passed.holds.push(Promise.reject(error))
      resolve()
    }
    subscribe(FAULT_CHANNEL, fail)
  })
}
