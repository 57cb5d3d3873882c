/** What a parser process is given at once, and what it need not read any more. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hasRoomFor, type Job, placeOf } from '../../../src/inbound/parser/load.ts'
import type { ParseResponse } from '../../../src/inbound/parser/protocol.ts'

const CHILD = fileURLToPath(new URL('../../../src/inbound/parser/child.ts', import.meta.url))
const KB = 1024

const job = (bytes: number, notRead = 0): Job => ({
  arrival: 0,
  source: Buffer.alloc(bytes),
  mode: 'full',
  resolve: () => {},
  reject: () => {},
  notRead,
})
const aFile: Job = { ...job(0), source: { file: 'large.eml' } }
const jobs = (count: number): Job[] => Array.from({ length: count }, () => job(KB))

test.each([
  // what comes           | what is there  | is there room
  ['any message', job(9_000 * KB), [], true],
  ['a small one', job(KB), jobs(7), true],
  ['one too many', job(KB), jobs(8), false],
  ['too many bytes', job(600 * KB), [job(600 * KB)], false],
  ['a file', aFile, jobs(1), false],
  ['one behind a file', job(KB), [aFile], false],
  ['one not begun before', job(KB, 1), jobs(1), false],
  ['that one, alone', job(KB, 1), [], true],
  ['one behind that one', job(KB), [job(KB, 1)], false],
] as const)('%s: room %#', (_what, one, given, hasRoom) => {
  expect(hasRoomFor(one, given)).toBe(hasRoom)
})

test('one that comes back is before all that came later', () => {
  const queue = [2, 5, 9].map((arrival) => ({ ...job(KB), arrival }))
  const placesOf = [1, 3, 7, 10].map((arrival) => placeOf({ ...job(KB), arrival }, queue))
  expect(placesOf).toEqual([0, 1, 2, 3])
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
