/** The log goes to a file on a disk that is full: the daemon works on, and ends when it is asked to. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { MAIN } from './kit/killable-daemon.ts'
import { freePort } from './kit/ports.ts'
import { until } from './kit/running-desk.ts'
import { scratchDirectories } from './kit/scratch.ts'

const FULL = '/dev/full'
const scratch = scratchDirectories('log-unwritable')

test.runIf(existsSync(FULL))(
  'a log that cannot be written stops nothing',
  async () => {
    const [directory, port, closed] = [scratch.make(), await freePort(), await freePort()]
    const account = { host: '127.0.0.1', port: closed, tls: 'none', user: 'support', password: 's' }
    const config = path.join(directory, 'postroom.yaml')
    const inbox = { name: 'Support', address: 'support@acme.test', imap: account, smtp: account }
    const tree = { listen: `127.0.0.1:${port}`, data_dir: directory, inboxes: [inbox] }
    // JSON is YAML.
    writeFileSync(config, JSON.stringify(tree), { mode: 0o600 })
    const log = openSync(FULL, 'w')
    const env = { PATH: process.env['PATH'] ?? '' }
    const daemon = spawn(process.execPath, [MAIN, '--config', config], {
      stdio: ['ignore', log, 'ignore'],
      env,
    })
    closeSync(log)
    try {
      const trouble = async (): Promise<boolean> => {
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
        return answer !== null && (await answer.text()).includes('degraded')
      }
      await until('the mail server to be missed', trouble, 100, 20_000)
      daemon.kill('SIGTERM')
      expect(await once(daemon, 'exit')).toEqual([0, null])
    } finally {
      daemon.kill('SIGKILL')
    }
  },
  40_000,
)
