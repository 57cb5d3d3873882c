/** Keeps some objects and throws many away; prints how many times the heap grew over what is kept. */
import { getHeapStatistics } from 'node:v8'
import { boundGarbage } from '../src/heap.ts'

const [, , percent] = process.argv
if (percent !== undefined) boundGarbage(Number(percent))

const used = (): number => getHeapStatistics().used_heap_size
const before = used()
const kept = Array.from({ length: 400_000 }, (_, n) => ({ n, name: `kept ${n}` }))
const lives = used() - before
// Old enough to leave the nursery before they go.
const passing = Array.from({ length: 200_000 })
let most = 0
for (let n = 0; n < 10_000_000; n += 1) {
  passing[n % passing.length] = { n, of: [n] }
  if (n % 100_000 === 0) most = Math.max(most, used())
}
process.stdout.write(`${most / (kept.length > 0 ? lives : 1)}\n`)
