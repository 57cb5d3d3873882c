import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Blobs } from '../../src/store/blobs.ts'
import { DatabaseBlobs } from '../../src/store/database-blobs.ts'
import { FileBlobs } from '../../src/store/file-blobs.ts'
import { eachDatabase } from '../kit/databases.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { migrated, stores } from './a-store.ts'

const MB = 1024 * 1024
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')
const SOME = Buffer.from('It is on fire.')

async function* pieces(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}

async function readAll(stream: Readable | null): Promise<Buffer> {
  return Buffer.concat((await stream?.toArray()) ?? [])
}

/** What both homes of blobs do. */
function behavesAsBlobs(start: () => Promise<Blobs>): void {
  const scratch = scratchDirectories('blobs')

  const CONTENTS: readonly [what: string, content: Buffer][] = [
    ['a text', SOME],
    ['nothing', Buffer.alloc(0)],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_, n) => n))],
    ['three megabytes', randomBytes(3 * MB)],
    ['exactly one chunk', randomBytes(MB / 2)],
  ]
  test.each(CONTENTS)('gives back %s, by its hash', async (_what, content) => {
    const blobs = await start()
    const stored = await blobs.put(content)
    expect(stored).toEqual({ sha256: sha256(content), size: content.length })
    expect((await blobs.get(stored.sha256))?.equals(content)).toBe(true)
    expect((await readAll(await blobs.open(stored.sha256))).equals(content)).toBe(true)
  })

  test('what was never stored is null', async () => {
    const blobs = await start()
    expect([await blobs.get(sha256(SOME)), await blobs.open(sha256(SOME))]).toEqual([null, null])
  })

  test('the same bytes again, and twice at once, are no trouble', async () => {
    const blobs = await start()
    const all = await blobs.putAll([SOME, Buffer.from(SOME), Buffer.from('other')])
    expect(new Set(all.map((stored) => stored.sha256)).size).toBe(2)
    await Promise.all([blobs.put(SOME), blobs.put(SOME)])
    expect(await blobs.get(sha256(SOME))).toEqual(SOME)
  })

  test('a stream is stored whole', async () => {
    const blobs = await start()
    const content = randomBytes(5 * MB + 1)
    const stored = await blobs.putStream(Readable.from(pieces(content, 70_000)), 6 * MB)
    expect(stored).toEqual({ sha256: sha256(content), size: content.length })
    expect((await blobs.get(stored.sha256))?.equals(content)).toBe(true)
  })

  test('a stream beyond its limit is refused and not stored', async () => {
    const blobs = await start()
    const content = randomBytes(MB)
    const put = blobs.putStream(Readable.from(pieces(content, 70_000)), MB - 1)
    await expect(put).rejects.toThrow(RangeError)
    expect(await blobs.get(sha256(content))).toBeNull()
  })

  test('a stream that breaks off is not stored', async () => {
    const blobs = await start()
    const content = randomBytes(MB)
    const broken = async function* () {
      yield content
      throw new Error('the line went dead')
    }
    await expect(blobs.putStream(Readable.from(broken()), 9 * MB)).rejects.toThrow('went dead')
    expect(await blobs.get(sha256(content))).toBeNull()
  })

  test('a finished file is taken over, and is gone afterwards', async () => {
    const blobs = await start()
    const file = path.join(scratch.make(), 'attachment')
    writeFileSync(file, SOME)
    const expected = { sha256: sha256(SOME), size: SOME.length }
    expect(await blobs.putFile(file, expected)).toEqual(expected)
    expect(await blobs.get(expected.sha256)).toEqual(SOME)
    expect(existsSync(file)).toBe(false)
  })
}

describe('blobs in a directory', () => {
  const scratch = scratchDirectories('blobs')
  behavesAsBlobs(() => Promise.resolve(new FileBlobs(path.join(scratch.make(), 'blobs'))))

  test('are readable by their owner only, and leave nothing half-written', async () => {
    const directory = path.join(scratch.make(), 'blobs')
    const blobs = new FileBlobs(directory)
    const stored = await blobs.put(SOME)
    await expect(blobs.putStream(Readable.from([SOME]), 1)).rejects.toThrow()
    const file = blobs.fileOf(stored.sha256)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(readdirSync(path.join(directory, 'incoming'))).toEqual([])
  })

  test('are there after they were stored, whoever removed them as old meanwhile', async () => {
    const directory = path.join(scratch.make(), 'blobs')
    const blobs = new FileBlobs(directory)
    const { sha256: name } = await blobs.put(SOME)
    const old = new Date(Date.now() - 3_600_000)
    const before = new Date(Date.now() - 600_000)
    for (let n = 0; n < 200; n += 1) {
      utimesSync(blobs.fileOf(name), old, old)
      await Promise.all([blobs.removeFile(name, before), blobs.put(SOME)])
      expect([n, existsSync(blobs.fileOf(name))]).toEqual([n, true])
    }
    expect(readdirSync(path.join(directory, 'incoming'))).toEqual([])
  })

  test('are removed when they are old, with what a crash in the middle of that left', async () => {
    const directory = path.join(scratch.make(), 'blobs')
    const blobs = new FileBlobs(directory)
    const { sha256: name } = await blobs.put(SOME)
    await blobs.removeFile(name, new Date(Date.now() - 600_000))
    expect(existsSync(blobs.fileOf(name))).toBe(true)
    renameSync(blobs.fileOf(name), path.join(directory, 'incoming', name))
    await blobs.put(SOME)
    await blobs.removeFile(name, new Date(Date.now() + 1_000))
    expect(existsSync(blobs.fileOf(name))).toBe(false)
    expect(readdirSync(path.join(directory, 'incoming'))).toEqual([])
  })

  test.each(['../../etc/passwd', '', 'A'.repeat(64)])('have no path for %j', async (name) => {
    const blobs = new FileBlobs(scratch.make())
    expect(() => blobs.fileOf(name)).toThrow('not a sha256')
  })
})

eachDatabase(
  'blobs in the database',
  (fresh) => {
    const start = stores(fresh)
    behavesAsBlobs(async () => new DatabaseBlobs(await start()))
  },
  migrated,
)
