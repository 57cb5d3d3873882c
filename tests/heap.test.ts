import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const CHURN = path.join(import.meta.dirname, 'heap-churn.ts')

/** How many times the heap grew over what is kept. */
async function growth(...percent: string[]): Promise<number> {
  const args = [...process.execArgv, CHURN, ...percent]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return Number(stdout)
}

test('garbage is collected before it is more than was said', async () => {
  const [bounded, free] = [await growth('10'), await growth()]
  expect(bounded).toBeLessThan(0.8 * free)
})
