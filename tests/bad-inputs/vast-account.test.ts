/** Row 134 of the table of bad inputs: an account of 100,000 folders, with 2,000,000 messages in ours. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openStore } from '../../src/store/open.ts'
import { until } from '../kit/running-desk.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { ROOT } from '../kit/source-tree.ts'
import { MESSAGES, RECENT, startVastAccount, type VastAccount } from './vast-account.ts'

const FULL = process.env['BAD_INPUTS_FULL'] === '1'
/** Enough to see how it is asked, and that nothing piles up; all of it takes minutes. */
const ENOUGH = 20_000
const MEMORY_MAX_MB = 300

const scratch = scratchDirectories('vast-account')
let account: VastAccount
let daemon: ChildProcess
afterEach(() => {
  daemon.kill('SIGKILL')
  account.close()
})

/** The most memory this process ever had, in MB. */
function peakMemory(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

const start = (directory: string): void => {
  const here = { host: '127.0.0.1', tls: 'none', user: 'support@acme.test', password: 'secret' }
  const inbox = {
    name: 'Support',
    address: here.user,
    imap: { ...here, port: account.port },
    smtp: { ...here, port: 1 },
  }
  const file = path.join(directory, 'postroom.yaml')
  // JSON is YAML.
  const tree = { listen: '127.0.0.1:0', data_dir: directory, inboxes: [inbox] }
  writeFileSync(file, JSON.stringify(tree), { mode: 0o600 })
  daemon = fork(path.join(ROOT, 'src', 'main.ts'), ['--config', file, 'serve'], { silent: true })
}

test(
  'bad input 134: is asked about its configured folder only, in ranges, and never held in memory',
  async () => {
    account = await startVastAccount()
    const directory = scratch.make()
    start(directory)
    await once(daemon.stdout ?? daemon, 'data')
    const store = await openStore({ kind: 'sqlite', file: path.join(directory, 'postroom.db') })
    const ledger = (): Promise<{ uid: number; fate: string }[]> =>
      store.read('inbound_messages').orderBy('uid', 'desc').limit(RECENT).select('uid', 'fate')
    try {
      const wanted = FULL ? MESSAGES : ENOUGH
      const reached = async () => {
        const [last] = await ledger()
        return last !== undefined && last.uid >= wanted && last.fate !== 'pending'
      }
      await until(`message ${wanted}`, reached, 200, FULL ? 3_600_000 : 60_000)
      expect(peakMemory(daemon.pid ?? 0)).toBeLessThan(MEMORY_MAX_MB)
      if (FULL) {
        const fates = (await ledger()).map(({ fate }) => fate)
        expect(fates).toEqual(Array.from({ length: RECENT }, () => 'ticket'))
      }
    } finally {
      await store.close()
    }
    const { commands } = account
    expect(commands.filter((one) => one.startsWith('SELECT'))).toEqual(['SELECT INBOX'])
    expect(commands.filter((one) => /^(?:LIST|LSUB|STATUS) .*[*%]/.test(one))).toEqual([])
    // What came of late is little, and asked for at once.
    const sets = commands
      .filter((one) => !one.includes('SINCE'))
      .flatMap((one) => /^UID (?:FETCH|SEARCH) .*?(\d+:[\d*]+)/.exec(one)?.[1] ?? [])
    expect(sets.length).toBeGreaterThan(5)
    expect(sets.filter((set) => widthOf(set) > 10_000)).toEqual([])
  },
  FULL ? 3_600_000 : 90_000,
)

function widthOf(set: string): number {
  const [from, to] = set.split(':')
  return (to === '*' ? MESSAGES : Number(to)) - Number(from) + 1
}
