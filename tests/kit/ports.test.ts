/** Suites that run side by side get ports of their own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { expect, test } from 'vitest'
import { freePort } from './ports.ts'

const HAND_OUT = path.join(import.meta.dirname, 'hand-out-ports.ts')

test('processes that look at the same ports at the same time get different ones', async () => {
  const start = 1_234
  const others = [1, 2, 3].map(() => fork(HAND_OUT, [String(start)]))
  try {
    const told = await Promise.all(others.map((other) => once(other, 'message')))
    const ports = [
      ...told.flatMap(([given]) => given as number[]),
      await freePort(start),
      await freePort(start),
    ]
    expect(ports).toHaveLength(17)
    expect(new Set(ports).size).toBe(17)
  } finally {
    for (const other of others) other.kill()
  }
})

test('a port that somebody listens on is not given out', async () => {
  const start = 2_345
  const server = createServer()
  const taken = 20_000 + 2 * start
  await once(server.listen(taken, '127.0.0.1'), 'listening')
  const other = fork(HAND_OUT, [String(start)])
  const [ports] = (await once(other, 'message')) as [number[]]
  expect(ports).not.toContain(taken)
  other.kill()
  server.close()
})

test('no port is one that the kernel gives to who asks for any', async () => {
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
  expect(await freePort()).toBeLessThan(Number.parseInt(range, 10))
})
