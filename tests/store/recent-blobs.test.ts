import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Blobs } from '../../src/store/blobs.ts'
import { FileBlobs } from '../../src/store/file-blobs.ts'
import { RecentBlobs } from '../../src/store/recent-blobs.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const MB = 1024 * 1024

describe('blobs stored a moment ago', () => {
  const scratch = scratchDirectories('recent')

  /** A home that counts how often it is asked. */
  function start() {
    const home = new FileBlobs(scratch.make())
    const asked: string[] = []
    const counting = new Proxy<Blobs>(home, {
      get(target, name: keyof Blobs) {
        if (name === 'get') {
          return async (sha256: string) => {
            asked.push(sha256)
            return target.get(sha256)
          }
        }
        return target[name].bind(target)
      },
    })
    let nowMs = 0
    const recent = new RecentBlobs(counting, () => nowMs)
    return { recent, home, asked, wait: (ms: number) => (nowMs += ms) }
  }

  test('are stored, and read from memory the first time only', async () => {
    const { recent, home, asked } = start()
    const content = randomBytes(1_000)
    const [stored] = await recent.putAll([content])
    const sha256 = stored?.sha256 ?? ''
    expect(await home.get(sha256)).toEqual(content)
    expect(await recent.get(sha256)).toEqual(content)
    expect(asked).toEqual([])
    expect(await recent.get(sha256)).toEqual(content)
    expect(asked).toEqual([sha256])
  })

  test('do not fill the memory: what has no room is read from its home', async () => {
    const { recent, asked } = start()
    const shas: string[] = []
    for (let n = 0; n < 36; n += 1) shas.push((await recent.put(randomBytes(MB))).sha256)
    for (const sha256 of shas) expect((await recent.get(sha256))?.length).toBe(MB)
    expect(asked).toEqual(shas.slice(32))
  })

  test('make room for newer ones when nobody asked for a minute', async () => {
    const { recent, asked, wait } = start()
    const old = await recent.put(randomBytes(16 * MB))
    wait(61_000)
    const young = await recent.put(randomBytes(MB))
    await recent.get(young.sha256)
    await recent.get(old.sha256)
    expect(asked).toEqual([old.sha256])
  })

  test('the same bytes twice are one', async () => {
    const { recent, asked } = start()
    const content = randomBytes(9 * MB)
    const [first, second] = await recent.putAll([content, Buffer.from(content)])
    expect(second).toEqual(first)
    const other = await recent.put(randomBytes(6 * MB))
    await recent.get(other.sha256)
    expect(asked).toEqual([])
  })
})
