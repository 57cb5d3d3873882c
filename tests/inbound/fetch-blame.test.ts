/** Which messages are held to have broken a connection, which are not, and who goes first then. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, expect, test } from 'vitest'
import { CONNECT } from '../../src/demo/imap/faults.ts'
import { PATIENCE } from '../../src/inbound/fetch-options.ts'
import { ImapSession } from '../../src/inbound/fetch-session.ts'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'
import { failOnce } from '../faults/fail-once.ts'

const scratch = makeScratch('fetch-blame')
const parser = sharedParser(scratch)
const fresh = onSqlite(onDesk)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const SOURCES = /^UID FETCH .*BODY/
const THROTTLED = 'BAD Request is throttled. Suggested Backoff Time: 50 milliseconds'
const FULL_DISK = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })

/** Two messages, whose first fetching `goes` wrong and whose second connection is refused. */
async function afterRefusal(goes: () => void): Promise<string[]> {
  desk = await startDesk(await fresh(), parser)
  for (let n = 0; n < 2; n += 1) desk.arrives(aMail())
  const refused = desk.world.imap.faults.add({ on: CONNECT, skip: 1, do: 'drop' })
  goes()
  desk.start('fetch', 'intake')
  await refused.untilUsed()
  const rows = await desk.untilSettled(2)
  expect(rows.map(({ fate }) => fate)).toEqual(['ticket', 'ticket'])
  const asked = desk.world.imap.commands.map(({ text }) => text)
  return asked.filter((text) => SOURCES.test(text)).map((text) => text.split(' ')[2] ?? '')
}

const BLAMELESS: readonly (readonly [what: string, goes: () => void])[] = [
  [
    'a server that throttles',
    () => void desk.world.imap.faults.add({ on: SOURCES, do: 'answer', with: THROTTLED }),
  ],
  ['a disk that is full', () => void failOnce('fetch.received', FULL_DISK)],
]
test.each(BLAMELESS)(
  'what was being fetched from %s is not blamed when the next connection is refused',
  async (_what, goes) => {
    // Of suspects each would be asked for alone.
    expect(await afterRefusal(goes)).toEqual(['1:2', '1:2'])
  },
)

test('what was being fetched when the connection broke is asked for alone', async () => {
  const goes = () => void desk.world.imap.faults.add({ on: SOURCES, do: 'drop' })
  expect(await afterRefusal(goes)).toEqual(['1:2', '1', '2'])
})

const uidsAsStored = async (): Promise<number[]> =>
  (await desk.store.read('inbound_messages').orderBy('id').pluck('uid')) as number[]

test('what was being fetched when the connection broke still comes before what arrived later', async () => {
  desk = await startDesk(await fresh(), parser)
  for (let n = 0; n < 2; n += 1) desk.arrives(aMail())
  const refused = desk.world.imap.faults.add({ on: CONNECT, skip: 1, do: 'drop' })
  desk.world.imap.faults.add({ on: SOURCES, do: 'drop' })
  desk.start('fetch')
  await refused.untilUsed()
  for (let n = 0; n < 2; n += 1) desk.arrives(aMail())
  await until('all four', async () => (await uidsAsStored()).length === 4)
  expect(await uidsAsStored()).toEqual([1, 2, 3, 4])
})

test('what broke a connection although it was asked for alone lets the others go first', async () => {
  desk = await startDesk(await fresh(), parser)
  for (let n = 0; n < 3; n += 1) desk.arrives(aMail())
  desk.world.imap.faults.add({ on: /^UID FETCH 1(?::3)? .*BODY/, times: 2, do: 'drop' })
  desk.start('fetch')
  await until('all three', async () => (await uidsAsStored()).length === 3)
  expect(await uidsAsStored()).toEqual([2, 3, 1])
})

test('a large message comes before what arrived later, too', async () => {
  desk = await startDesk(await fresh(), parser)
  desk.arrives(aMail({ text: 'much to say. '.repeat(100_000) }))
  desk.arrives(aMail())
  desk.start('fetch')
  await until('both', async () => (await uidsAsStored()).length === 2)
  expect(await uidsAsStored()).toEqual([1, 2])
})

test('a large message that broke a connection lets the others go first', async () => {
  desk = await startDesk(await fresh(), parser)
  desk.arrives(aMail({ text: 'much to say. '.repeat(100_000) }))
  desk.arrives(aMail())
  // In the middle of it.
  desk.world.imap.faults.add({ on: /^UID FETCH 1 .*BODY/, skip: 1, do: 'drop' })
  desk.start('fetch')
  await until('both', async () => (await uidsAsStored()).length === 2)
  expect(await uidsAsStored()).toEqual([2, 1])
})

test('a large message that our own disk does not take is not to blame, and the reason is told', async () => {
  desk = await startDesk(await fresh(), parser)
  desk.arrives(aMail({ text: 'much to say. '.repeat(100_000) }))
  desk.arrives(aMail())
  const blobs = join(desk.config.dataDir, 'blobs')
  const inTheWay = join(blobs, 'incoming')
  mkdirSync(blobs, { recursive: true })
  writeFileSync(inTheWay, '')
  desk.start('fetch')
  const failed = await until('the failure', () => desk.health.of('Support', 'imap')?.error)
  rmSync(inTheWay)
  await until('both', async () => (await uidsAsStored()).length === 2)
  // Blamed, it would have had to let the other one go first.
  expect(await uidsAsStored()).toEqual([1, 2])
  expect(failed).toContain('cannot be stored')
})

test('the time that storing takes is not held against the server', async () => {
  desk = await startDesk(await fresh(), parser)
  desk.arrives(aMail({ text: 'much to say. '.repeat(100_000) }))
  const patience = { ...PATIENCE, commandMs: 2_000, bytesPerMs: 1_000_000 }
  const [inbox] = desk.config.inboxes
  if (inbox === undefined) throw new Error('no inbox')
  const session = await ImapSession.open(inbox.imap, { patience })
  try {
    const [meta] = await session.list({ from: 1, to: null })
    if (meta === undefined) throw new Error('no mail')
    const bytes = await session.download(meta, async (content) => {
      let taken = 0
      for await (const chunk of content) taken += (chunk as Buffer).length
      await delay(1.5 * patience.commandMs)
      return taken
    })
    expect(bytes).toBe(meta.size)
  } finally {
    await session.close()
  }
})
