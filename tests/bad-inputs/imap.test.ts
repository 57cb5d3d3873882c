/** Some of rows 102-127 of the table of bad inputs: an IMAP server that goes wrong once, and mail that comes. */
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { CONNECT, type ImapFault } from '../../src/demo/imap/faults.ts'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('bad-imap')
const parser = sharedParser(scratch)
let desk: RunningDesk
afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const SOURCES = /^UID FETCH .*BODY/
const FAULTS: readonly (readonly [numbered: string, fault: ImapFault])[] = [
  ['bad input 102: hangs up on a new connection', { on: CONNECT, do: 'drop' }],
  [
    'bad input 102: says BYE instead of a greeting',
    { on: CONNECT, do: 'answer', with: '* BYE Too many' },
  ],
  ['bad input 114: answers a FETCH with nothing', { on: SOURCES, do: 'say_instead', lines: [] }],
  ['bad input 115: gives NIL for a message', { on: SOURCES, do: 'nil_body' }],
  ['bad input 115: gives nothing for a message', { on: SOURCES, do: 'empty_body' }],
  ['bad input 116: gives another message', { on: SOURCES, do: 'wrong_uid', uid: 77 }],
  [
    'bad input 117: speaks of flags and numbers in between',
    { on: SOURCES, do: 'say_first', lines: ['* 1 FETCH (FLAGS (\\Seen) UID 1)', '* 1 EXISTS'] },
  ],
  ['bad input 118: sends more than it announced', { on: SOURCES, do: 'literal', longerBy: 40 }],
  ['bad input 121: says BYE in the middle', { on: SOURCES, do: 'bye' }],
]

describe('a server that', () => {
  const fresh = onSqlite(onDesk)

  test.each(FAULTS)('%s: the mail becomes one ticket, whole', async (_, fault) => {
    desk = await startDesk(await fresh(), parser)
    const source = aMail({ text: 'All of it.' })
    const used = desk.world.imap.faults.add(fault)
    desk.arrives(source)
    desk.start('fetch', 'intake')
    await used.untilUsed()
    const [row, another] = await desk.untilSettled(1)
    expect(row).toMatchObject({ fate: 'ticket', uid: 1 })
    expect((await desk.context.blobs.get(row?.sha256 ?? ''))?.toString()).toBe(source)
    expect(another).toBeUndefined()
  })

  test('bad input 34, 119: announces 4 GB: the connection ends, the others are taken', async () => {
    desk = await startDesk(await fresh(), parser)
    desk.world.imap.faults.add({ on: SOURCES, times: 1, do: 'literal', announced: 4_294_967_295 })
    for (const text of ['one', 'two']) desk.arrives(aMail({ text }))
    desk.start('fetch', 'intake')
    expect((await desk.untilSettled(2)).map(({ fate }) => fate)).toEqual(['ticket', 'ticket'])
  })

  test('bad input 33: holds a mail of 137 MB: its beginning is a ticket that says so, and it stays there', async () => {
    desk = await startDesk(await fresh(), parser)
    // Of the server's word alone: no more than what is taken needs to be there.
    desk.world.imap.faults.add({
      on: /^UID FETCH .*RFC822\.SIZE/,
      times: 9,
      do: 'rewrite',
      from: /RFC822\.SIZE \d+/,
      to: 'RFC822.SIZE 137000000',
    })
    desk.arrives(aMail({ text: `See the film. ${'It is long. '.repeat(40_000)}` }))
    desk.start('fetch', 'intake')
    const [row] = await desk.untilSettled(1)
    expect(row).toMatchObject({ fate: 'ticket', size: 137_000_000 })
    expect(row?.reasons.join(' ')).toContain('too large (137000000 bytes)')
    const comments = await desk.store
      .read('comments')
      .orderBy('id')
      .select<{ text: string; visibility: string }[]>('text', 'visibility')
    expect(comments).toMatchObject([
      { visibility: 'public', text: expect.stringContaining('See the film.') },
      { visibility: 'internal', text: expect.stringContaining('This mail has 131 MB') },
    ])
    expect((await desk.context.blobs.get(row?.sha256 ?? ''))?.length).toBe(262_144)
    expect(desk.world.inboxOf('support@acme.test')).toHaveLength(1)
  })

  test('says 2 MB of a mail of 52 MB: the same, not a part of it as if that were all', async () => {
    desk = await startDesk(await fresh(), parser)
    desk.world.imap.faults.add({
      on: /^UID FETCH .*RFC822\.SIZE/,
      times: 9,
      do: 'rewrite',
      from: /RFC822\.SIZE \d+/,
      to: 'RFC822.SIZE 2000000',
    })
    desk.arrives(aMail({ text: `See the film. ${'It is long. '.repeat(4_600_000)}` }))
    desk.start('fetch', 'intake')
    const [row] = await desk.untilSettled(1)
    expect(row).toMatchObject({ fate: 'ticket', size: 2_000_000 })
    expect(row?.reasons.join(' ')).toContain('too large (53477376 bytes)')
    const notes = desk.store.read('comments').where({ visibility: 'internal' }).pluck('text')
    expect(await notes).toEqual([expect.stringContaining('This mail has 51 MB')])
    expect((await desk.context.blobs.get(row?.sha256 ?? ''))?.length).toBe(262_144)
  })

  test('bad input 127: has no IDLE: what comes is found by looking', async () => {
    desk = await startDesk(await fresh(), parser)
    desk.world.imap.faults.hide('IDLE')
    desk.arrives(aMail())
    desk.start('fetch', 'intake')
    expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket' }])
  })
})
