/** A backup of either database goes into either: that is how a desk outgrows its one file. */
import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { insertInbound } from '../../src/store/inbound-messages.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { lastIdGiven, listTables } from '../../src/store/table-catalogue.ts'
import { openWorkplace, type Workplace } from '../../src/workplace.ts'
import { eachDatabase, onPostgres, onSqlite, type TestDatabase } from '../kit/databases.ts'
import { run } from './run-program.ts'

interface Home {
  readonly dataDir: string
  readonly url: string
}

/** A configuration file beside the data. */
function configured({ url, dataDir }: Home): string {
  const file = path.join(dataDir, 'postroom.yaml')
  const account = '{ host: 127.0.0.1, port: 1, tls: none, user: x, password: x }'
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(
    file,
    `data_dir: ${dataDir}\ndatabase: ${url}\ninboxes:\n  - name: Support\n    address: support@acme.test\n    imap: ${account}\n    smtp: ${account}\n`,
  )
  return file
}

async function withDesk<T>(file: string, work: (desk: Workplace) => Promise<T>): Promise<T> {
  const desk = await openWorkplace(loadConfig(file, {}, '/'))
  try {
    return await work(desk)
  } finally {
    await desk.close()
  }
}

/** As it is: not migrated, and no desk in it. */
async function withStore(file: string, work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(loadConfig(file, {}, '/').database)
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

const SMALL = Buffer.from('small')
/** More than SQLite keeps in its file, in more than one piece on PostgreSQL. */
const LARGE = Buffer.alloc(700_000, 'large ')

/** A ledger row about each, so that they belong to the desk. */
async function storeMail({ store, context }: Workplace): Promise<void> {
  for (const [uid, source] of [SMALL, LARGE].entries()) {
    const { sha256, size } = await context.blobs.put(source)
    const row = {
      inboxId: 1,
      folder: 'INBOX',
      uidValidity: 1,
      uid: 1_000_000 + uid,
      sha256,
      size,
      messageId: `m${uid}@customer.test`,
      bodyHash: null,
      internalAt: null,
      fate: 'ignored' as const,
      reasons: ['was there before'],
      duplicateOf: null,
      marked: 'none' as const,
    }
    await store.transaction((tx) => insertInbound(tx, [row], new Date(0)))
  }
}

/** A desk with a story, whose newest event was removed: its id must not be given again. */
async function furnished(database: TestDatabase): Promise<string> {
  const file = configured(database)
  expect((await run(['seed', '--tickets', '40', '--config', file])).code).toBe(0)
  await withDesk(file, async (desk) => {
    await storeMail(desk)
    await desk.store.transaction(async (tx) => {
      const [{ id } = { id: 0 }] = await tx('events').insert(
        {
          type: 'ticket.updated',
          ticket_id: null,
          comment_id: null,
          actor_type: 'system',
          actor_id: null,
          data: '{}',
          created_at: 1,
        },
        ['id'],
      )
      await tx('events').where({ id }).delete()
    })
  })
  return file
}

type Rows = Record<string, unknown>[]

/** Every row of every table as JSON, in an order of its own, and the ids that were given out. */
async function everything({ store }: Workplace): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for (const table of await listTables(store.read)) {
    if (table === 'blob_chunks' || table === 'index_progress') continue
    const rows: Rows = await store.read(table).select()
    all[table] = rows.map((row) => JSON.stringify(plain(row))).toSorted()
    all[`last id of ${table}`] = await lastIdGiven(store.read, table)
  }
  return all
}

/** SQLite says 1 where PostgreSQL says true. */
const plain = (row: Record<string, unknown>): [string, unknown][] =>
  Object.entries(row)
    .map(([name, value]): [string, unknown] => [
      name,
      typeof value === 'boolean' ? Number(value) : value,
    ])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))

const expectSame = async (before: Record<string, unknown>, file: string): Promise<void> =>
  withDesk(file, async (desk) => {
    expect(await everything(desk)).toEqual(before)
    for (const source of [SMALL, LARGE]) {
      // Only read: what is put again here would be there in any case.
      const sha256 = createHash('sha256').update(source).digest('hex')
      expect((await desk.context.blobs.get(sha256))?.equals(source)).toBe(true)
    }
  })

const verified = async (file: string): Promise<void> => {
  const { code, stdout } = await run(['verify', '--config', file])
  expect(stdout).toContain('all hold')
  expect(code).toBe(0)
}

/** The configuration with a directory for what is stored outside the database. */
function withBlobs(home: Home): { file: string; blobs: string } {
  const file = configured(home)
  const blobs = path.join(home.dataDir, 'shared-blobs')
  appendFileSync(file, `blobs: ${blobs}\n`)
  return { file, blobs }
}

afterEach(() => vi.unstubAllEnvs())

eachDatabase('a desk moves from', (fresh) => {
  const freshPostgres = onPostgres()
  const freshSqlite = onSqlite()

  async function backedUp(): Promise<{
    file: string
    backup: string
    before: Record<string, unknown>
  }> {
    const database = await fresh()
    const file = await furnished(database)
    const backup = path.join(database.dataDir, 'backup')
    expect(await run(['backup', backup, '--config', file])).toMatchObject({ code: 0, stderr: '' })
    const checked = await run(['restore', backup, '--check', '--config', file])
    expect(checked).toMatchObject({ code: 0, stderr: '' })
    expect(checked.stdout).toMatch(/^whole: 40 tickets/)
    return { file, backup, before: await withDesk(file, everything) }
  }

  test('one database into a new PostgreSQL', async () => {
    const { backup, before } = await backedUp()
    const file = configured(await freshPostgres())
    const restored = await run(['restore', backup, '--to-database', '--config', file])
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    await expectSame(before, file)
    await verified(file)
    // There is a desk now: a second time would mix two.
    const again = await run(['restore', backup, '--to-database', '--config', file])
    expect(again).toMatchObject({ code: 2 })
    expect(again.stderr).toContain('has a desk in it')
  })

  test('one database into a new PostgreSQL with a directory for stored files', async () => {
    const { backup, before } = await backedUp()
    const { file } = withBlobs(await freshPostgres())
    const restored = await run(['restore', backup, '--to-database', '--config', file])
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    await expectSame(before, file)
    await verified(file)
    // They are not in the database as well.
    await withDesk(file, async ({ store }) => {
      expect(await store.read('blob_chunks').first('sha256')).toBeUndefined()
    })
  })

  test('one database into a PostgreSQL at the second try, when the directory can be written', async () => {
    const { backup, before } = await backedUp()
    const { file, blobs } = withBlobs(await freshPostgres())
    writeFileSync(blobs, 'no directory')
    const refused = await run(['restore', backup, '--to-database', '--config', file])
    expect(refused).toMatchObject({ code: 69 })
    expect(refused.stderr).toContain(`${blobs} cannot be written`)
    expect(refused.stdout).not.toContain('restored')
    rmSync(blobs)
    const again = await run(['restore', backup, '--to-database', '--config', file])
    expect(again).toMatchObject({ code: 0, stderr: '' })
    await expectSame(before, file)
    await verified(file)
  })

  test('one database into a PostgreSQL at the second try, when that takes large files', async () => {
    const { backup, before } = await backedUp()
    const file = configured(await freshPostgres())
    await withStore(file, async (store) => {
      await migrate(store, new Date(0))
      await store.read.raw(`create function full_disk() returns trigger language plpgsql as
        $$ begin raise exception 'no room for position %', new.position; end $$`)
      await store.read.raw(`create trigger full_disk before insert on blob_chunks for each row
        when (new.position > 0) execute function full_disk()`)
    })
    const refused = run(['restore', backup, '--to-database', '--config', file])
    await expect(refused).rejects.toThrow('no room for position 1')
    await withStore(file, (store) => store.read.raw('drop function full_disk cascade'))
    const again = await run(['restore', backup, '--to-database', '--config', file])
    expect(again).toMatchObject({ code: 0, stderr: '' })
    await expectSame(before, file)
    await verified(file)
  })

  test('one database into a PostgreSQL by way of the data directory, which is tidy again', async () => {
    const { backup, before } = await backedUp()
    const home = await freshPostgres()
    const file = configured(home)
    vi.stubEnv('TMPDIR', path.join(home.dataDir, 'no-such-directory'))
    const restored = await run(['restore', backup, '--to-database', '--config', file])
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(home.dataDir)).toEqual(['postroom.yaml'])
    await expectSame(before, file)
  })

  test('one database into a new data directory', async () => {
    const { file, backup, before } = await backedUp()
    const { dataDir } = await freshSqlite()
    const to = path.join(dataDir, 'restored')
    expect((await run(['restore', backup, '--to', to, '--config', file])).code).toBe(0)
    const moved = configured({ url: `sqlite:${to}/postroom.db`, dataDir: to })
    await expectSame(before, moved)
    await verified(moved)
  })

  test('a PostgreSQL must be named to restore into one, and one target', async () => {
    const { file, backup } = await backedUp()
    const sqlite = configured(await freshSqlite())
    const refused = await run(['restore', backup, '--to-database', '--config', sqlite])
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.stderr).toContain('a SQLite file')
    const both = await run(['restore', backup, '--check', '--to-database', '--config', file])
    expect(both).toMatchObject({ code: 2 })
  })
})
