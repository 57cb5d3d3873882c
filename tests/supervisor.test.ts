/** What systemd is told, read from a program in the place of its own. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { Config } from '../src/config.ts'
import { OperatorError } from '../src/errors.ts'
import { runServe } from '../src/serve.ts'
import { supervisorOf, turning } from '../src/supervisor.ts'
import { scratchDirectories } from './kit/scratch.ts'

const scratch = scratchDirectories('supervisor')
let directory: string
let failures: unknown[]

/** Writes down how it was called, and which socket it was given. */
const PROGRAM = '#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> "$(dirname "$0")/said"\n'

beforeEach(() => {
  directory = scratch.make()
  failures = []
  writeFileSync(path.join(directory, 'systemd-notify'), PROGRAM, { mode: 0o755 })
})

const supervisor = (more: Record<string, string> = {}) =>
  supervisorOf(
    { NOTIFY_SOCKET: '/run/socket', PATH: `${directory}:/usr/bin:/bin`, ...more },
    (err) => failures.push(err),
  )

const said = (): string[] => {
  const file = path.join(directory, 'said')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

const us = `/run/socket --pid=${process.pid}`

test('ready, with a word about what there is, and stopping', async () => {
  await supervisor()?.ready('2 inbox(es)')
  await supervisor()?.stopping()
  expect(said()).toEqual([`${us} --ready --status=2 inbox(es)`, `${us} STOPPING=1`])
})

test('well, several times within the time it is given, as long as it is', async () => {
  const stop = new AbortController()
  let asked = 0
  const isWell = (): boolean => {
    asked += 1
    if (asked === 5) stop.abort()
    return asked < 4
  }
  await supervisor({ WATCHDOG_USEC: '30000' })?.watch(isWell, stop.signal)
  expect(said()).toEqual(Array.from({ length: 3 }, () => `${us} WATCHDOG=1`))
})

test('nothing, where nobody asks', async () => {
  expect(supervisorOf({ PATH: directory }, () => {})).toBe(null)
  await supervisor()?.watch(() => true, new AbortController().signal)
  expect(said()).toEqual([])
})

test('a program that is missing is reported once, and stops nobody', async () => {
  const alone = supervisor({ PATH: path.join(directory, 'nowhere') })
  await alone?.ready('x')
  await alone?.stopping()
  expect(failures).toHaveLength(1)
})

test('a daemon whose work stands still for two minutes is not well', () => {
  let now = new Date(0)
  let turned: Date | null = null
  const isWell = turning(() => turned, { now: () => now })
  now = new Date(119_000)
  expect(isWell()).toBe(true)
  now = new Date(121_000)
  expect(isWell()).toBe(false)
  turned = new Date(120_000)
  expect(isWell()).toBe(true)
})

test('a daemon that fails while systemd is told that it is ready ends as it would later', async () => {
  const unheard: unknown[] = []
  const hear = (err: unknown): void => void unheard.push(err)
  process.on('unhandledRejection', hear)
  try {
    const failure = new OperatorError(70, 'the database file is another one now')
    const start = (): Promise<unknown> =>
      Promise.resolve({
        url: 'http://desk.test',
        done: Promise.reject(failure),
        isTurning: () => true,
      })
    const environment = { NOTIFY_SOCKET: '/run/socket', PATH: `${directory}:/usr/bin:/bin` }
    const config = { log: { level: 'error' }, inboxes: [] } as unknown as Config
    const serving = runServe(
      config,
      new AbortController().signal,
      environment,
      start as unknown as Parameters<typeof runServe>[3],
    )
    await expect(serving).rejects.toBe(failure)
    expect(said()[0]).toContain('--ready')
    expect(unheard).toEqual([])
  } finally {
    process.off('unhandledRejection', hear)
  }
})
