/** How far long work is: for whoever looks on, and for nobody else. */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { progressOn } from '../../src/cli/progress.ts'
import { openWorkplace } from '../../src/workplace.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { run } from './run-program.ts'

describe('progress on a terminal', () => {
  let said = ''
  let at = 1_000
  const terminal = { columns: 20, write: (text: string) => (said += text) }
  const progress = progressOn(terminal, () => at)

  test('is told a few times a second, over what was there, and at once when something else begins', () => {
    progress.show('tickets', 10, 30)
    progress.show('tickets', 11, 30)
    at += 250
    progress.show('tickets', 9)
    progress.show('words')
    expect(said).toBe('\rtickets: 10 of 30\rtickets: 9       \rwords     ')
  })

  test('is one line, and gone at the end', () => {
    said = ''
    progress.show('a line that is longer than the terminal')
    expect(said).toBe('\ra line that is long')
    said = ''
    progress.clear()
    progress.clear()
    expect(said).toBe(`\r${' '.repeat(19)}\r`)
  })
})

describe('long work', () => {
  const scratch = scratchDirectories('progress')
  const home = scratch.make()
  const [file, mbox, out] = ['postroom.yaml', 'old.mbox', 'desk.json'].map((name) =>
    path.join(home, name),
  ) as [string, string, string]
  const backup = path.join(home, 'backup')

  beforeAll(async () => {
    const account = { host: '127.0.0.1', port: 1, tls: 'none', user: 'x', password: 'x' }
    const inbox = { name: 'Support', address: 'support@acme.test', imap: account, smtp: account }
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ data_dir: home, inboxes: [inbox] }), { mode: 0o600 })
    writeFileSync(mbox, 'From a\nSubject: old\n\nIt burned.\n')
    await run(['import', 'mbox', mbox, '--inbox', 'Support', '--config', file])
    await run(['backup', backup, '--config', file])
    // As the daemon would, so that there is something to be read again.
    const workplace = await openWorkplace(loadConfig(file, {}, '/'))
    await workplace.store.transaction((tx) => tx('inbound_messages').update({ fate: 'ignored' }))
    await workplace.close()
  })

  test.each([
    ['import', ['import', 'mbox', mbox, '--inbox', 'Support'], 'messages: 1'],
    ['seed', ['seed', '--tickets', '3', '--force'], 'tickets: 3 of 3'],
    ['verify', ['verify'], 'stored files: 1'],
    ['backup', ['backup', backup], 'the database'],
    ['restore --check', ['restore', backup, '--check'], 'stored files: 1'],
    ['restore', ['restore', backup, '--to', path.join(home, 'restored')], 'the database'],
    ['export', ['export', '--out', out], 'kilobytes: '],
    ['replay', ['replay'], 'messages: 0'],
    ['reconcile', ['reconcile'], 'Support (INBOX)'],
  ])('%s tells a terminal how far it is, and nobody else', async (_name, words, told) => {
    for (const terminal of [true, false]) {
      for (const made of [out, path.join(home, 'restored')])
        rmSync(made, { recursive: true, force: true })
      const { stderr } = await run([...words, '--config', file], { terminal })
      if (!terminal) expect(stderr).not.toContain('\r')
      else expect(stderr).toMatch(/\r {3,}\r[^\r]*$/)
      expect(stderr.includes(`\r${told}`)).toBe(terminal)
    }
  })
})
