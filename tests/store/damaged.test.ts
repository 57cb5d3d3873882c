/**
 * A SQLite file with a page of rubbish. Whoever reads that page first, it ends with the instruction to
 * restore and with exit 78, after which systemd does not start it again.
 */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { startDaemon } from '../../src/daemon.ts'
import { openLog } from '../../src/log.ts'
import { openStore } from '../../src/store/open.ts'
import { run } from '../cli/run-program.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'

const fresh = onSqlite(onDesk)

/** A configuration of a desk whose tables of this name, indexes included, cannot be read any more. */
async function deskWithout(table: string): Promise<string> {
  const { dataDir } = await fresh()
  const file = path.join(dataDir, 'postroom.yaml')
  writeFileSync(file, 'data_dir: .\nlisten: 127.0.0.1:0\nagents: [bruno@acme.test]\n')
  const store = await openStore(loadConfig(file, {}).database)
  const pages = await store
    .read<{ tbl_name: string; rootpage: number }>('sqlite_master')
    .where('tbl_name', table)
    .where('rootpage', '>', 0)
  const [{ page_size: size }] = (await store.read.raw('PRAGMA page_size')) as [
    { page_size: number },
  ]
  await store.close()
  const database = openSync(path.join(dataDir, 'postroom.db'), 'r+')
  for (const { rootpage } of pages) {
    writeSync(database, Buffer.alloc(size, 0xff), 0, size, (rootpage - 1) * size)
  }
  closeSync(database)
  return file
}

const DAMAGED = /postroom\.db is damaged or not a database: .*restore the last backup/

test.each(['schema_migrations', 'secrets', 'inbound_messages', 'outbox', 'users'])(
  'a daemon that starts and finds %s damaged says so, and is not started again',
  async (table) => {
    const config = loadConfig(await deskWithout(table), {})
    const starting = startDaemon(config, openLog('silent'), new AbortController().signal)
    await expect(starting).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringMatching(DAMAGED) as string,
    })
  },
)

test.each([
  ['check', '--offline', 'schema_migrations'],
  ['migrate', 'up', 'schema_migrations'],
  ['user', 'list', 'users'],
])('the command %s %s that finds %s damaged says so', async (command, word, table) => {
  const file = await deskWithout(table)
  const { code, stdout, stderr } = await run([command, word, '--config', file])
  expect(stdout + stderr).toMatch(DAMAGED)
  expect(code).toBe(78)
})
