/** Row 202 of the table of bad inputs: a large archive, some of it garbage, whose import breaks off. */
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, expect, test } from 'vitest'
import { runImport } from '../../src/cli/import.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'
import { sized } from './hostile-mail.ts'

const scratch = makeScratch('archive')
const parser = sharedParser(scratch)
const fresh = onSqlite(onDesk)
let desk: RunningDesk
afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const MAILS = sized(600, 50_000)
const MINUTES_MS = sized(60_000, 20 * 60_000)
const GARBAGE_EVERY = 100

/** Every hundredth is no mail at all. */
function message(n: number): Buffer {
  const begin = `From somebody@example.org Mon Mar  2 10:00:${String(n % 60).padStart(2, '0')} 2015\n`
  if (n % GARBAGE_EVERY === 7) {
    // Each another one: the same bytes twice are one message.
    const noise = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * n) % 251))
    noise.writeUInt32BE(n)
    return Buffer.concat([Buffer.from(begin), noise, Buffer.from('\n\n')])
  }
  const head = `From: person${n % 50}@example.org\nTo: support@acme.test\nSubject: Old ${n}\nMessage-ID: <old-${n}@example.org>\nDate: Mon, 2 Mar 2015 10:00:00 +0000\n`
  return Buffer.from(`${begin}${head}\nIt was ${n} years ago.\n\n`)
}

async function imported(file: string): Promise<string> {
  const stdout = new PassThrough()
  const io = { stdin: process.stdin, stdout, stderr: new PassThrough().resume() }
  await runImport(desk.config, { archive: 'mbox', from: file, inbox: 'Support' }, io)
  stdout.end()
  return text(stdout)
}

test('bad input 202: an archive with garbage in it comes in whole, in two goes, and nobody is told', {
  timeout: MINUTES_MS,
}, async () => {
  desk = await startDesk(await fresh(), parser)
  const file = path.join(scratch, 'old.mbox')
  const half = Math.floor(MAILS / 2)
  writeFileSync(file, Buffer.concat(Array.from({ length: half }, (_, n) => message(n))))
  expect(await imported(file)).toContain(`${half} message(s) stored, 0 were there already`)
  for (let n = half; n < MAILS; n += 1) appendFileSync(file, message(n))
  expect(await imported(file)).toContain(`${MAILS - half} message(s) stored, ${half} were there`)
  desk.start('intake', 'send')
  await until(
    'all to be decided',
    async () => {
      const pending = await desk.store
        .read('inbound_messages')
        .where({ fate: 'pending' })
        .first('id')
      return pending === undefined
    },
    100,
    MINUTES_MS,
  )
  const fates = await desk.store
    .read('inbound_messages')
    .groupBy('fate')
    .select<{ fate: string; count: number }[]>('fate')
    .count({ count: '*' })
  expect(fates).toEqual([{ fate: 'ticket', count: MAILS }])
  const open = await desk.store.read('tickets').whereNot({ status_category: 'closed' }).select('id')
  expect(open).toEqual([])
  expect(await desk.outbox()).toEqual([])
})
