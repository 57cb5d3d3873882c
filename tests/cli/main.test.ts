/** The program itself: what it makes of a stdout that takes nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { scratchDirectories } from '../kit/scratch.ts'
import { ROOT } from '../kit/source-tree.ts'

const scratch = scratchDirectories('main')

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
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(ROOT, 'src', 'main.ts'), ...words],
    { cwd: ROOT, stdio: ['ignore', stdout, 'pipe'] },
  )
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
