/** The units, read by systemd itself where it is installed; elsewhere as text. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { scratchDirectories } from '../kit/scratch.ts'
import { ROOT } from '../kit/source-tree.ts'

const scratch = scratchDirectories('systemd')
const UNITS = path.join(ROOT, 'deploy', 'systemd')
const SERVICES = readdirSync(UNITS).filter((name) => name.endsWith('.service'))
/** The program is started four times. */
const SLOW_MS = 120_000
const ANALYZE = '/usr/bin/systemd-analyze'

const textOf = (name: string): string => readFileSync(path.join(UNITS, name), 'utf8')

/** The units with this machine's Node: systemd wants the program to be there. */
function unitFiles(): (name: string) => string {
  const directory = scratch.make()
  cpSync(UNITS, directory, { recursive: true })
  for (const name of SERVICES) {
    const text = textOf(name).replaceAll('/usr/bin/node', process.execPath)
    writeFileSync(path.join(directory, name), text)
  }
  return (name) => path.join(directory, name)
}

test.each(readdirSync(UNITS))('systemd understands %s, and has nothing to say about it', (name) => {
  if (!existsSync(ANALYZE)) return
  const { status, stdout, stderr } = spawnSync(ANALYZE, ['verify', '--man=no', unitFiles()(name)], {
    encoding: 'utf8',
  })
  expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: '' })
})

test.each(SERVICES)('systemd finds that little is open to %s', (name) => {
  if (!existsSync(ANALYZE)) return
  const said = execFileSync(ANALYZE, ['security', '--offline=true', unitFiles()(name)], {
    encoding: 'utf8',
  })
  const exposure = Number(/Overall exposure level for \S+ (\d+\.\d)/.exec(said)?.[1])
  expect(exposure).toBeLessThanOrEqual(1.6)
})

test(
  'what is done every night checks the desk, copies it, and checks the copy',
  () => {
    const home = scratch.make()
    const account = '{ host: 127.0.0.1, port: 1, tls: none, user: x, password: x }'
    const config = path.join(home, 'postroom.yaml')
    const inboxes = `inboxes:\n  - name: Support\n    address: a@b.test\n    imap: ${account}\n    smtp: ${account}\n`
    writeFileSync(config, `data_dir: ${home}/data\n${inboxes}`)
    const program = [process.execPath, path.join(ROOT, 'dist', 'main.js'), '--config', config]
    execFileSync(program[0] ?? '', [...program.slice(1), 'migrate', 'up'])
    const commands = [...textOf('postroom-nightly.service').matchAll(/^ExecStart=(.+)$/gm)].map(
      ([, command = '']) =>
        command
          .replace('/usr/bin/node', process.execPath)
          .replace('/opt/postroom', ROOT)
          .replace('/etc/postroom/postroom.yaml', config)
          .replace('/var/backups/postroom', `${home}/backups`)
          // systemd.exec(5): doubled, they are themselves.
          .replaceAll('$$', '$')
          .replaceAll('%%', '%'),
    )
    const said = commands.map((command) => execFileSync('/bin/sh', ['-c', command]).toString())
    const copies = readdirSync(path.join(home, 'backups'))
    expect(copies).toEqual([expect.stringMatching(/^[1-7]$/)])
    expect(said).toEqual([
      expect.stringContaining('all hold'),
      expect.stringMatching(
        new RegExp(`^0 tickets are in ${home}/backups/${copies[0]}\nwhole: 0 tickets`),
      ),
    ])
  },
  SLOW_MS,
)

test('it does not start again what a person must look at, and lets Node compile', () => {
  const lines = textOf('postroom.service').split('\n')
  expect(lines).toContain('RestartPreventExitStatus=78')
  expect(lines.filter((line) => line.startsWith('MemoryDenyWriteExecute'))).toEqual([])
})
