/** The unit, read by systemd itself where it is installed; elsewhere as text. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { scratchDirectories } from '../kit/scratch.ts'
import { ROOT } from '../kit/source-tree.ts'

const scratch = scratchDirectories('systemd')
const UNIT = path.join(ROOT, 'deploy', 'systemd', 'postroom.service')
const ANALYZE = '/usr/bin/systemd-analyze'

/** The unit with this machine's Node: systemd wants the program to be there. */
function unitFile(): string {
  const file = path.join(scratch.make(), 'postroom.service')
  writeFileSync(file, readFileSync(UNIT, 'utf8').replaceAll('/usr/bin/node', process.execPath))
  return file
}

test('systemd understands the unit, and has nothing to say about it', () => {
  if (!existsSync(ANALYZE)) return
  const { status, stdout, stderr } = spawnSync(ANALYZE, ['verify', '--man=no', unitFile()], {
    encoding: 'utf8',
  })
  expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: '' })
})

test('systemd finds that little is open to it', () => {
  if (!existsSync(ANALYZE)) return
  const said = execFileSync(ANALYZE, ['security', '--offline=true', unitFile()], {
    encoding: 'utf8',
  })
  const exposure = Number(/Overall exposure level for \S+ (\d+\.\d)/.exec(said)?.[1])
  expect(exposure).toBeLessThanOrEqual(1.6)
})

test('it does not start again what a person must look at, and lets Node compile', () => {
  const lines = readFileSync(UNIT, 'utf8').split('\n')
  expect(lines).toContain('RestartPreventExitStatus=78')
  expect(lines.filter((line) => line.startsWith('MemoryDenyWriteExecute'))).toEqual([])
})
