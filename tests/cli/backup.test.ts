/** `postroom backup` and `restore`: there and back, beside a writer, and what is refused. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { insertInbound } from '../../src/store/inbound-messages.ts'
import { lockFile } from '../../src/store/single-process.ts'
import { listUpkeep } from '../../src/store/upkeep.ts'
import { openWorkplace, type Workplace } from '../../src/workplace.ts'
import { failOnce } from '../faults/fail-once.ts'
import { overwriteTable } from '../kit/overwrite-table.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { canMount, runOnSmallDisk } from '../kit/small-disk.ts'
import { ROOT } from '../kit/source-tree.ts'
import { run } from './run-program.ts'

const scratch = scratchDirectories('backup')
let home: string
let file: string
const postroom = (...words: string[]) => run([...words, '--config', file])
const inHome = (...names: string[]) => path.join(home, ...names)
const manifest = () => JSON.parse(readFileSync(inHome('backup', 'manifest.json'), 'utf8'))

/** More than fits into the database. */
const LARGE = Buffer.alloc(200_000, 'large ')

function configure(name: string, dataDir: string): string {
  const account = '{ host: 127.0.0.1, port: 1, tls: none, user: x, password: x }'
  const target = inHome(name)
  writeFileSync(
    target,
    `data_dir: ${dataDir}\ndatabase: sqlite:${dataDir}/postroom.db\ninboxes:\n  - name: Support\n    address: support@acme.test\n    imap: ${account}\n    smtp: ${account}\n`,
  )
  return target
}

async function store({ store, context }: Workplace, uid: number, source: Buffer): Promise<string> {
  const { sha256, size } = await context.blobs.put(source)
  const row = {
    inboxId: 1,
    folder: 'INBOX',
    uidValidity: 1,
    uid,
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
  return sha256
}

const withDesk = async <T>(work: (workplace: Workplace) => Promise<T>): Promise<T> => {
  const workplace = await openWorkplace(loadConfig(file, {}, '/'))
  try {
    return await work(workplace)
  } finally {
    await workplace.close()
  }
}

beforeEach(async () => {
  home = scratch.make()
  file = configure('postroom.yaml', inHome('data'))
  await withDesk(async (workplace) => {
    await store(workplace, 1, Buffer.from('small'))
    await store(workplace, 2, LARGE)
  })
})

test('what is restored is what was there, checked on the way', async () => {
  // The desk is open and has a write-ahead log, as beside a daemon.
  await withDesk(async (workplace) => {
    await store(workplace, 3, Buffer.from('another'))
    expect(await postroom('backup', inHome('backup'))).toMatchObject({ code: 0, stderr: '' })
  })
  expect(manifest()).toMatchObject({
    format: 1,
    blobs: { count: 1 },
    counts: { inbound_messages: 3, tickets: 0 },
  })
  const before = readdirSync(inHome('backup')).toSorted()
  const checked = await postroom('restore', inHome('backup'), '--check')
  expect(checked).toMatchObject({ code: 0, stderr: '' })
  expect(checked.stdout).toMatch(/^whole: 0 tickets/)
  expect(readdirSync(inHome('backup')).toSorted()).toEqual(before)

  expect(await postroom('restore', inHome('backup'), '--to', inHome('new'))).toMatchObject({
    code: 0,
  })
  expect(statSync(inHome('new', 'postroom.db')).mode & 0o077).toBe(0)
  rmSync(inHome('data'), { recursive: true })
  file = configure('new.yaml', inHome('new'))
  expect((await postroom('where-is', 'm3@customer.test')).code).toBe(0)
  const verified = await postroom('verify')
  expect(verified).toMatchObject({ code: 0 })
  expect(verified.stdout).toContain('3 stored files checked: all hold')
})

test('a backup is renewed in its place, and copies only what is new', async () => {
  await postroom('backup', inHome('backup'))
  const first = manifest()
  const shards = () => readdirSync(inHome('backup', 'blobs')).filter((name) => name.length === 1)
  const [shard = ''] = shards()
  const [sha256 = ''] = readdirSync(inHome('backup', 'blobs', shard))
  const { ino } = statSync(inHome('backup', 'blobs', shard, sha256))
  await withDesk((workplace) => store(workplace, 3, Buffer.concat([LARGE, LARGE])))
  expect((await postroom('backup', inHome('backup'))).code).toBe(0)
  expect(manifest()).toMatchObject({ blobs: { count: 2 }, counts: { inbound_messages: 3 } })
  expect(statSync(inHome('backup', 'blobs', shard, sha256)).ino).toBe(ino)
  expect(existsSync(inHome('backup', first.database.file))).toBe(false)
  expect((await postroom('restore', inHome('backup'), '--check')).code).toBe(0)
})

test('what is gone from the desk leaves its backup when that is renewed', async () => {
  await postroom('backup', inHome('backup'))
  const stored = () =>
    readdirSync(inHome('backup', 'blobs'), { recursive: true }).filter((name) => name.length > 60)
  expect(stored()).toHaveLength(1)
  await withDesk(async (desk) => {
    await desk.store.transaction((tx) =>
      tx('inbound_messages').where({ uid: 2 }).update({ sha256: null }),
    )
  })
  expect((await postroom('backup', inHome('backup'))).code).toBe(0)
  expect(stored()).toEqual([])
  expect((await postroom('restore', inHome('backup'), '--check')).code).toBe(0)
})

test('a backup that is read again and is not whole is told, and the desk knows', async () => {
  await postroom('backup', inHome('backup'))
  const [large = ''] = readdirSync(inHome('backup', 'blobs'), { recursive: true })
    .map(String)
    .filter((name) => name.length > 60)
  writeFileSync(inHome('backup', 'blobs', large), 'something else')
  const broken = await postroom('backup', '--check', inHome('backup'))
  expect(broken.code).toBe(1)
  expect(broken.stdout).toContain('broken: every stored source and attachment is what it was')
  const found = `the backup in ${inHome('backup')} is not whole`
  await withDesk(async ({ store: { read } }) =>
    expect(await listUpkeep(read)).toMatchObject([{ found }]),
  )
  rmSync(inHome('backup', 'blobs', large))
  const mended = await postroom('backup', '--check', inHome('backup'))
  expect(mended).toMatchObject({ code: 0 })
  expect(mended.stdout).toMatch(/tickets are in .*\nwhole: 0 tickets/)
  await withDesk(async ({ store: { read } }) =>
    expect(await listUpkeep(read)).toMatchObject([{ found: null }]),
  )
})

test('two backups into one directory do not disturb each other', async () => {
  await postroom('backup', inHome('backup'))
  const lock = await lockFile(inHome('backup', 'backup'), 77)
  const second = await postroom('backup', inHome('backup'))
  await lock.release()
  expect(second).toMatchObject({ code: 69, stdout: '' })
  expect(second.stderr).toContain(
    `Another Postroom (process 77) makes a backup in ${inHome('backup')}`,
  )
})

test('a desk that is not there is not backed up as an empty one', async () => {
  const other = configure('other.yaml', inHome('nowhere'))
  const refused = await run(['backup', inHome('backup'), '--config', other])
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain(`${inHome('nowhere')}/postroom.db does not exist`)
  expect(existsSync(inHome('nowhere'))).toBe(false)
})

test('the desk knows when it was last backed up', async () => {
  await withDesk(async ({ store: { read } }) => {
    expect(await listUpkeep(read)).toEqual([])
    const before = Date.now()
    await postroom('backup', inHome('backup'))
    const [done, ...others] = await listUpkeep(read)
    expect(others).toEqual([])
    expect(done).toMatchObject({ task: 'backup', found: null })
    expect(done?.succeededAt?.getTime()).toBeGreaterThanOrEqual(before)
  })
})

test.each([
  ['its database was changed', () => spoil(manifest().database.file), 'was changed'],
  ['its database is gone', () => rmSync(inHome('backup', manifest().database.file)), 'is missing'],
  [
    'a stored file is gone',
    () => rmSync(inHome('backup', 'blobs'), { recursive: true }),
    'every stored source and attachment is there; not so: ',
  ],
])('a backup is not whole when %s, and is not restored', async (_name, damage, said) => {
  await postroom('backup', inHome('backup'))
  damage()
  const checked = await postroom('restore', inHome('backup'), '--check')
  expect(checked.code).toBe(1)
  expect(checked.stdout).toContain(said)
  expect((await postroom('restore', inHome('backup'), '--to', inHome('new'))).code).toBe(1)
  expect(existsSync(inHome('new'))).toBe(false)
})

function spoil(name: string): void {
  const target = inHome('backup', name)
  const bytes = readFileSync(target)
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
  writeFileSync(target, bytes)
}

test('what is there is never overwritten', async () => {
  await postroom('backup', inHome('backup'))
  const into = await postroom('restore', inHome('backup'), '--to', inHome('data'))
  expect(into).toMatchObject({ code: 2 })
  expect(into.stderr).toContain('is not empty')
  mkdirSync(inHome('other'))
  writeFileSync(inHome('other', 'letter.txt'), 'mine')
  const over = await postroom('backup', inHome('other'))
  expect(over).toMatchObject({ code: 2 })
  expect(over.stderr).toContain('has other things in it')
  expect(readdirSync(inHome('other'))).toEqual(['letter.txt'])
  // Another desk's home has stored files, too, which no copy of this one names.
  await postroom('restore', inHome('backup'), '--to', inHome('second'))
  const before = readdirSync(inHome('second'), { recursive: true })
  const another = await postroom('backup', inHome('second'))
  expect(another).toMatchObject({ code: 2 })
  expect(another.stderr).toContain('has other things in it')
  expect(readdirSync(inHome('second'), { recursive: true })).toEqual(before)
})

test('a backup into a home of the desk itself is refused, by whatever name', async () => {
  symlinkSync(inHome('data'), inHome('link'))
  mkdirSync(inHome('outer'))
  symlinkSync(inHome('data', 'blobs'), inHome('outer', 'blobs'))
  for (const name of ['data', 'link', 'data/blobs', 'link/blobs', 'outer']) {
    const refused = await postroom('backup', inHome(name))
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(`${inHome(name)} is where the desk itself keeps`)
  }
  expect(existsSync(inHome('data', 'manifest.json'))).toBe(false)
})

test('a backup into the directory of a database elsewhere is refused', async () => {
  mkdirSync(inHome('elsewhere', 'blobs'), { recursive: true })
  const text = readFileSync(file, 'utf8').replace(
    /sqlite:.*/,
    `sqlite:${inHome('elsewhere')}/postroom-1.db`,
  )
  writeFileSync(file, text)
  await withDesk((workplace) => store(workplace, 1, LARGE))
  expect(await postroom('backup', inHome('elsewhere'))).toMatchObject({ code: 2 })
  expect(existsSync(inHome('elsewhere', 'postroom-1.db'))).toBe(true)
})

const databasesIn = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.startsWith('postroom-'))

test('a disk that fills is told, and the unfinished copy does not stay on it', async () => {
  await postroom('backup', inHome('backup'))
  const before = databasesIn(inHome('backup'))
  void failOnce(
    'backup.copied',
    Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }),
  )
  const full = await postroom('backup', inHome('backup'))
  expect(full).toMatchObject({ code: 69, stdout: '' })
  expect(full.stderr).toContain(`${inHome('backup')} is not finished: no space left on device`)
  expect(databasesIn(inHome('backup'))).toEqual(before)
  expect(await postroom('restore', inHome('backup'), '--check')).toMatchObject({ code: 0 })
})

test('a damaged database is not copied, and nothing of it is left', async () => {
  await overwriteTable(inHome('data', 'postroom.db'), 'comments')
  const damaged = await postroom('backup', inHome('backup'))
  expect(damaged).toMatchObject({ code: 69, stdout: '' })
  expect(damaged.stderr).toContain('is not finished: SQLITE_CORRUPT')
  expect(databasesIn(inHome('backup'))).toEqual([])
})

test('a directory in which nothing can be made is told', async () => {
  mkdirSync(inHome('backup'))
  writeFileSync(inHome('backup', 'blobs'), 'no directory')
  const refused = await postroom('backup', inHome('backup'))
  expect(refused).toMatchObject({ code: 69, stdout: '' })
  expect(refused.stderr).toContain(`${inHome('backup')} is not finished: E`)
})

test('a directory that cannot be restored into is told', async () => {
  await postroom('backup', inHome('backup'))
  writeFileSync(inHome('letter.txt'), 'mine')
  for (const target of [inHome('letter.txt'), inHome('letter.txt', 'new')]) {
    const refused = await postroom('restore', inHome('backup'), '--to', target)
    expect(refused).toMatchObject({ code: 69 })
    expect(refused.stderr).toMatch(/letter\.txt.* cannot be written: E/)
  }
  expect(readFileSync(inHome('letter.txt'), 'utf8')).toBe('mine')
})

test.runIf(canMount)(
  'a restore that fills the disk is told, and nothing of it is left',
  async () => {
    await postroom('backup', inHome('backup'))
    mkdirSync(inHome('new'))
    const main = path.join(ROOT, 'src', 'main.ts')
    const words = ['restore', inHome('backup'), '--to', inHome('new'), '--config', file]
    const full = runOnSmallDisk({ directory: inHome('new'), size: '300k' }, [
      process.execPath,
      ...process.execArgv,
      main,
      ...words,
    ])
    expect(full.stderr).toContain(`${inHome('new')} cannot be written: ENOSPC`)
    expect(full).toMatchObject({ code: 69, left: [] })
  },
)

test('it is said what is no backup, and that one must choose', async () => {
  expect(await postroom('restore', inHome('data'), '--check')).toMatchObject({ code: 69 })
  await postroom('backup', inHome('backup'))
  expect(await postroom('restore', inHome('backup'))).toMatchObject({ code: 2 })
})
