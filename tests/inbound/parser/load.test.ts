/** What a parser process is given at once, and what it need not read any more. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hasRoomFor, type Job } from '../../../src/inbound/parser/load.ts'
import type { ParseResponse } from '../../../src/inbound/parser/protocol.ts'

const CHILD = fileURLToPath(new URL('../../../src/inbound/parser/child.ts', import.meta.url))
const KB = 1024

const job = (bytes: number, notBegun = 0): Job => ({
  source: Buffer.alloc(bytes),
  mode: 'full',
  resolve: () => {},
  reject: () => {},
  notBegun,
})
const jobs = (count: number): Job[] => Array.from({ length: count }, () => job(KB))

test.each([
  // what comes          | what is there       | left | is there room
  ['any message', job(9_000 * KB), [], 0, true],
  ['a small one', job(KB), jobs(7), 0, true],
  ['one too many', job(KB), jobs(8), 0, false],
  ['with those given up', job(KB), jobs(4), 4, false],
  ['too many bytes', job(600 * KB), [job(600 * KB)], 0, false],
  ['one not begun before', job(KB, 1), jobs(1), 0, false],
  ['that one, alone', job(KB, 1), [], 0, true],
] as const)('%s: room %#', (_what, one, given, left, hasRoom) => {
  expect(hasRoomFor(one, given, left)).toBe(hasRoom)
})

test('what is given up before it is begun is not read', async () => {
  const child = fork(CHILD, [], { env: {}, serialization: 'advanced' })
  const answers: ParseResponse[] = []
  child.on('message', (answer: ParseResponse) => answers.push(answer))
  await once(child, 'message')
  // It finds all of this at once when it looks.
  child.kill('SIGSTOP')
  const source = Buffer.from('From: ana@example.org\r\n\r\nHello\r\n')
  for (const id of [1, 2, 3]) child.send({ id, source, mode: 'full', scratchDir: '/nowhere' })
  child.send({ leave: [2, 3] })
  child.send({ id: 4, source, mode: 'full', scratchDir: '/nowhere' })
  child.kill('SIGCONT')
  while (answers.length < 5) await once(child, 'message')
  child.kill()
  const said = answers.map((answer) => [answer.kind, 'id' in answer ? answer.id : 0])
  expect(said).toEqual([
    ['ready', 0],
    ['parsed', 1],
    ['left', 2],
    ['left', 3],
    ['parsed', 4],
  ])
})
