/** What an operator reads when the database lets itself be opened, and then fails or refuses. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { startDaemon } from '../../src/daemon.ts'
import { openLog } from '../../src/log.ts'
import { run } from '../cli/run-program.ts'
import { onPostgres, type TestDatabase } from '../kit/databases.ts'
import { deskConfig } from '../kit/desk-context.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { canMount, runOnSmallDisk } from '../kit/small-disk.ts'
import { ROOT } from '../kit/source-tree.ts'

const scratch = scratchDirectories('explain-failure')
const fresh = onPostgres()

async function administer({ url }: TestDatabase, ...statements: string[]): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

/** A database whose user may do nothing in it but sign in. */
async function withoutRights(): Promise<TestDatabase> {
  const database = await fresh()
  const url = new URL(database.url)
  const user = `guest_${url.pathname.slice(1)}`
  await administer(
    database,
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
    `CREATE ROLE "${user}" LOGIN PASSWORD 'guest'`,
  )
  url.username = user
  url.password = 'guest'
  return { ...database, url: url.href }
}

/** As a standby is. */
async function readOnly(): Promise<TestDatabase> {
  const database = await fresh()
  const name = new URL(database.url).pathname.slice(1)
  await administer(database, `ALTER DATABASE "${name}" SET default_transaction_read_only = on`)
  return database
}

/** What `postroom check` says of it, as exit code and lines. */
async function check({ url, dataDir }: TestDatabase): Promise<{ code: number; stdout: string }> {
  const file = path.join(dataDir, 'postroom.yaml')
  writeFileSync(file, `data_dir: .\ndatabase: ${url}\n`, { mode: 0o600 })
  return run(['check', '--offline', '--config', file])
}

const REFUSALS: readonly [what: string, () => Promise<TestDatabase>, says: RegExp][] = [
  [
    'whose user may make no tables',
    withoutRights,
    /cannot be used: permission denied for schema public\. .*GRANT CREATE ON SCHEMA public/,
  ],
  [
    'that can only be read',
    readOnly,
    /cannot be used: cannot execute .* in a read-only transaction\. .*name the server that can be written/,
  ],
]

describe.each(REFUSALS)('a PostgreSQL %s', (_what, make, says) => {
  test('is a line of check like any other, with the remedy', async () => {
    const { code, stdout } = await check(await make())
    expect(stdout).toMatch(/^ok {4}templates: /m)
    expect(stdout).toMatch(says)
    expect(code).toBe(69)
  })

  test('ends the start of a daemon with exit 69', async () => {
    const starting = startDaemon(
      deskConfig(await make()),
      openLog('silent'),
      new AbortController().signal,
    )
    await expect(starting).rejects.toMatchObject({
      exitCode: 69,
      message: expect.stringMatching(says) as string,
    })
  })
})

test.runIf(canMount)('a disk that fills while SQLite is migrated is one, too', () => {
  const directory = scratch.make()
  const [data, file] = [path.join(directory, 'data'), path.join(directory, 'postroom.yaml')]
  mkdirSync(data)
  writeFileSync(file, 'data_dir: ./data\n')
  const main = path.join(ROOT, 'src', 'main.ts')
  const node = [process.execPath, ...process.execArgv, main, '--config', file, 'check', '--offline']
  const { code, stderr } = runOnSmallDisk({ directory: data, size: '200k' }, node)
  expect(stderr).toMatch(/^ok {4}templates: /m)
  expect(stderr).toMatch(/postroom\.db cannot be used: SQLITE_FULL.*disk is not full/)
  expect(code).toBe(69)
})
