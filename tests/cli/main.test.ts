/** The program itself: what it makes of a stdout that takes nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
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

describe.runIf(existsSync('/dev/full'))('a stdout on a full disk', () => {
  test.each([
    ['verify', () => ['verify', '--config', prepare().config]],
    ['explain', () => ['explain', prepare().mail]],
    ['help', () => ['--help']],
  ])('%s says that it could not write, and fails', async (_name, words) => {
    const full = openSync('/dev/full', 'w')
    const { code, told } = await postroom(words(), full)
    closeSync(full)
    expect(told).toMatch(/^postroom: stdout cannot be written: ENOSPC\b.*\n$/)
    expect(code).toBe(69)
  })
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
