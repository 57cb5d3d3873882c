/** A damaged database that fetching finds ends the daemon with the word for it, whoever reads it first. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { EXIT } from '../../src/errors.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('fetch-damaged')
const parser = sharedParser(scratch)
const fresh = onSqlite(onDesk)

afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

/** Writes nonsense where the table begins; what connections keep of it is out of date first. */
async function damage(desk: RunningDesk, table: string): Promise<void> {
  const { store, config } = desk
  const root = { type: 'table', name: table }
  const { rootpage } = await store.read('sqlite_master').where(root).first<{ rootpage: number }>()
  const [{ page_size: bytes }] = (await store.read.raw('PRAGMA page_size')) as [
    { page_size: number },
  ]
  await desk.write((tx) => tx('inboxes').increment('created_at', 1))
  await store.read.raw('PRAGMA wal_checkpoint(TRUNCATE)')
  const file = openSync(join(config.dataDir, 'postroom.db'), 'r+')
  writeSync(file, Buffer.alloc(bytes, 0xff), 0, bytes, (rootpage - 1) * bytes)
  closeSync(file)
}

test.each([
  ['the session', 'folder_cursors'],
  ['the look whether it is paused', 'inboxes'],
])('a damaged database that %s finds is told as such', async (_who, table) => {
  const desk = await startDesk(await fresh(), parser)
  try {
    await damage(desk, table)
    desk.start('fetch')
    expect(await desk.untilFailed()).toMatchObject({ exitCode: EXIT.config })
  } finally {
    await desk.stop().catch(() => {})
    await desk.close()
  }
})
