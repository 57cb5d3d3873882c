import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { lockFile } from '../../src/store/single-process.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const scratch = scratchDirectories('lock')
const HOLDER = fileURLToPath(new URL('lock-holder.ts', import.meta.url))
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

async function aHolder(file: string): Promise<ChildProcess> {
  const child = fork(HOLDER, [file])
  children.push(child)
  await once(child, 'message')
  return child
}

test('bad input 196: a second daemon on the same file is refused, and told which process has it', async () => {
  const file = path.join(scratch.make(), 'postroom.db')
  const holder = await aHolder(file)
  await expect(lockFile(file, process.pid)).rejects.toMatchObject({
    exitCode: 69,
    message: expect.stringContaining(`(process ${holder.pid})`) as string,
  })
})

test('a symbolic link is another name of the same file, and not another file', async () => {
  const directory = scratch.make()
  const [file, link] = [path.join(directory, 'postroom.db'), path.join(directory, 'link.db')]
  writeFileSync(file, '')
  symlinkSync(file, link)
  await aHolder(file)
  await expect(lockFile(link, process.pid)).rejects.toMatchObject({ exitCode: 69 })
})

test('the lock dies with its process, however it dies', async () => {
  const file = path.join(scratch.make(), 'postroom.db')
  const holder = await aHolder(file)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const lock = await lockFile(file, process.pid)
  await lock.release()
})

test('a place keeps the name that was drawn for it, and no other has it', async () => {
  const [here, there] = [scratch.make(), scratch.make()].map((one) => path.join(one, 'daemon'))
  const nameOf = async (place = ''): Promise<string> => {
    const lock = await lockFile(place, process.pid)
    await lock.release()
    return lock.name
  }
  const name = await nameOf(here)
  expect(name).toMatch(/^\w{16,}$/)
  expect(await nameOf(here)).toBe(name)
  expect(await nameOf(there)).not.toBe(name)
})

test('released is released, and other files are other locks', async () => {
  const directory = scratch.make()
  const first = await lockFile(path.join(directory, 'one.db'), 1)
  const second = await lockFile(path.join(directory, 'two.db'), 2)
  await first.release()
  const again = await lockFile(path.join(directory, 'one.db'), 3)
  await second.release()
  await again.release()
})

test('a directory that is not there is an error of its own, not another daemon', async () => {
  const file = path.join(scratch.make(), 'missing', 'postroom.db')
  await expect(lockFile(file, 1)).rejects.not.toThrow(/Another Postroom/)
})
