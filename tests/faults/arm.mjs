/**
 * Arms one fault point of the process it is loaded into: `node --import file:///...arm.mjs?point=...`.
 *
 * In the query: `point`, `nth` (which passing, from 1), `do` (kill, throw, hang, enospc, delay) and
 * `hit`, a file that exists once it happened. A query, because the parser's processes inherit node's
 * arguments and have an empty environment.
 */
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'

const wanted = new URL(import.meta.url).searchParams
const DELAY_MS = 400
let passed = 0

const FAULTS = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  throw: () => Promise.reject(new Error('a fault of the test')),
  enospc: () =>
    Promise.reject(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })),
  hang: () => new Promise(() => {}),
  delay: () => new Promise((resolve) => setTimeout(resolve, DELAY_MS)),
}

subscribe('postroom.fault-points', ({ point, holds }) => {
  if (point !== wanted.get('point')) return
  passed += 1
  if (passed !== Number(wanted.get('nth'))) return
  // A kill is over in this very call; what is noted first is noted.
  appendFileSync(wanted.get('hit'), `${point} ${process.pid}\n`)
  const fault = FAULTS[wanted.get('do')]()
  if (fault instanceof Promise) holds.push(fault)
})
