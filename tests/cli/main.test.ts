/** The program itself: what it makes of signals, and of a stdout that takes nothing. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { scratchDirectories } from '../kit/scratch.ts'
import { canMount, runOnSmallDisk } from '../kit/small-disk.ts'
import { ROOT } from '../kit/source-tree.ts'
import { run } from './run-program.ts'

const scratch = scratchDirectories('main')
const PROGRAM = [process.execPath, ...process.execArgv, path.join(ROOT, 'src', 'main.ts')] as const

/** A desk without mail, and a mail. */
function prepare(): { config: string; mail: string } {
  const directory = scratch.make()
  const [config, mail] = [path.join(directory, 'postroom.yaml'), path.join(directory, 'one.eml')]
  const account = { host: '127.0.0.1', port: 1, tls: 'none', user: 'x', password: 'x' }
  const inbox = { name: 'Support', address: 'support@acme.test', imap: account, smtp: account }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ data_dir: './data', inboxes: [inbox] }), { mode: 0o600 })
  writeFileSync(mail, 'From: ana@customer.test\r\nSubject: Printer\r\n\r\nIt is on fire.\r\n')
  return { config, mail }
}

interface Ended {
  readonly code: number | null
  readonly told: string
}

async function postroom(words: readonly string[], stdout: number | 'ignore'): Promise<Ended> {
  const [command, ...before] = PROGRAM
  const child = spawn(command, [...before, ...words], { stdio: ['ignore', stdout, 'pipe'] })
  let told = ''
  child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, told }
}

async function verifyOfADesk(): Promise<string[]> {
  const { config } = prepare()
  await run(['migrate', 'up', '--config', config])
  return ['verify', '--config', config]
}

describe.runIf(existsSync('/dev/full'))('a stdout on a full disk', () => {
  test.each([
    ['verify', verifyOfADesk],
    ['explain', () => ['explain', prepare().mail]],
    ['help', () => ['--help']],
  ])('%s says that it could not write, and fails', async (_name, words) => {
    const full = openSync('/dev/full', 'w')
    const { code, told } = await postroom(await words(), full)
    closeSync(full)
    expect(told).toMatch(/^postroom: stdout cannot be written: ENOSPC\b.*\n$/)
    expect(code).toBe(69)
  })
})

test.runIf(canMount)('an answer of which only the beginning fits on the disk is an error', () => {
  const { mail } = prepare()
  writeFileSync(mail, `Subject: Long\r\n\r\n${'It is on fire. '.repeat(1_000)}`)
  const directory = path.join(path.dirname(mail), 'small')
  mkdirSync(directory)
  const redirected = ['sh', '-c', 'exec "$@" > "$0"', path.join(directory, 'out')]
  const words = ['explain', '--json', mail]
  const full = runOnSmallDisk({ directory, size: '4k' }, [...redirected, ...PROGRAM, ...words])
  expect(full.stderr).toMatch(/^postroom: stdout cannot be written: ENOSPC\b/)
  expect(full.code).toBe(69)
})

test.runIf(canMount)('an export into a file on a full disk says so, and leaves none', async () => {
  const { config } = prepare()
  await run(['seed', '--tickets', '20', '--config', config])
  const directory = path.join(path.dirname(config), 'small')
  mkdirSync(directory)
  const words = ['export', '--out', path.join(directory, 'desk.json'), '--config', config]
  const full = runOnSmallDisk({ directory, size: '16k' }, [...PROGRAM, ...words])
  expect(full.stderr).toMatch(/^postroom: .*desk\.json cannot be written: ENOSPC\b/)
  expect(full).toMatchObject({ code: 69, left: [] })
})

let child: ChildProcess | undefined
afterEach(() => void child?.kill('SIGKILL'))

describe.each(['SIGTERM', 'SIGINT'] as const)('a command that waits', (signal) => {
  test(`ends at the first ${signal}, also while the system holds it up`, async () => {
    const { config } = prepare()
    const pipe = path.join(path.dirname(config), 'pipe')
    execFileSync('mkfifo', [pipe])
    const words = ['import', 'mbox', pipe, '--inbox', 'Support', '--config', config]
    const [command, ...before] = PROGRAM
    child = spawn(command, [...before, ...words], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    const writer = await opened(pipe)
    child.kill(signal)
    expect(await ended).toEqual([null, signal])
    closeSync(writer)
  })
})

/** For writing, as soon as somebody reads it. */
async function opened(pipe: string): Promise<number> {
  for (;;) {
    try {
      return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

test('what a signal leaves unfinished is taken away', async () => {
  const { mail } = prepare()
  const temporary = path.join(path.dirname(mail), 'tmp')
  mkdirSync(temporary)
  const [command, ...before] = PROGRAM
  const explaining = spawn(command, [...before, 'explain', '--batch'], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child = explaining
  const ended = once(explaining, 'exit')
  explaining.stdin.write('{"id": 1, "source": ""}\n'.repeat(20))
  await once(explaining.stdout, 'data')
  const scratchOf = () => readdirSync(temporary).filter((name) => name.startsWith('postroom-'))
  expect(scratchOf()).toHaveLength(1)
  explaining.kill('SIGTERM')
  await ended
  expect(scratchOf()).toEqual([])
})
