/** `done: move` on servers that have no MOVE, and on those that let us copy but not delete. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk, SUPPORT } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('fetch-move')
const parser = sharedParser(scratch)
const fresh = onSqlite(onDesk)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const inbox = () => desk.world.inboxOf(SUPPORT)
const copies = (): number => desk.world.imap.folder(SUPPORT, 'Archive').messages.length
const told = (): number => desk.events.filter((event) => event === 'mark.failed').length

async function withoutMove(...others: readonly string[]): Promise<void> {
  desk = await startDesk(await fresh(), parser, { inbox: { imap: { done: 'move:Archive' } } })
  desk.world.imap.faults.hide('MOVE', ...others)
}

/** As many are marked as done. */
async function untilMarked(count: number): Promise<void> {
  await until('the marks', async () => {
    const rows = await desk.store.read('inbound_messages').where({ marked: 'done' }).select('id')
    return rows.length === count
  })
}

test('without MOVE they are copied, and removed by their UIDs', async () => {
  await withoutMove()
  desk.arrives(aMail())
  desk.arrives(aMail())
  desk.start('fetch')
  await untilMarked(2)
  expect([inbox().length, copies(), told()]).toEqual([0, 2, 0])
})

test('where deleting is refused each is copied once, and that is told', async () => {
  await withoutMove()
  const refused = desk.world.imap.faults.add({
    on: /^UID STORE .*Deleted/,
    times: 99,
    do: 'answer',
    with: 'NO Not you',
  })
  desk.arrives(aMail())
  desk.start('fetch')
  await refused.untilUsed()
  await until('it to be told', () => told() === 1)
  desk.arrives(aMail())
  await untilMarked(2)
  expect([inbox().length, copies()]).toEqual([2, 2])
})

test('without UIDPLUS they stay, flagged, with all that others have flagged', async () => {
  await withoutMove('UIDPLUS')
  desk.arrives(aMail())
  desk.start('fetch')
  await untilMarked(1)
  expect(inbox().map(({ flags }) => [...flags])).toEqual([['\\Deleted']])
  expect(copies()).toBe(1)
  expect(desk.world.imap.commands.filter(({ text }) => /EXPUNGE/.test(text))).toEqual([])
})

test('what was copied by a daemon that died before it could note it is not copied again', async () => {
  await withoutMove('UIDPLUS')
  desk.arrives(aMail())
  desk.start('fetch')
  await untilMarked(1)
  await desk.stop()
  await desk.write((tx) => tx('inbound_messages').update({ marked: 'pending' }))
  desk.start('fetch')
  await untilMarked(1)
  expect(copies()).toBe(1)
})
