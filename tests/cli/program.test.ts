import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { run } from './run-program.ts'

const scratch = scratchDirectories('program')
let file: string

beforeEach(() => {
  file = path.join(scratch.make(), 'postroom.yaml')
  writeFileSync(file, 'data_dir: ./data\n')
})

const WRONG: readonly [words: string, says: RegExp][] = [
  ['nonsense', /no command "nonsense"|too many arguments/],
  ['user', /Usage: postroom user/],
  ['user dance', /no command|unknown command/],
  ['user add', /missing required argument|required option/],
  ['user add ana@customer.test --role agent', /--name/],
  ['user add ana@customer.test --name Ana', /--role/],
  ['user add ana@customer.test --name Ana --role boss', /boss.*customer, agent, admin/s],
  ['user add nobody --name Ana --role agent', /"nobody" is not an email address/],
  ['user role ana@customer.test boss', /"boss" is not a role/],
  ['token create --name x', /--user/],
  ['demo --port 99999', /port number/],
  ['demo --port many', /port number/],
  ['migrate sideways', /too many arguments|no command|unknown command/],
  ['check --colour', /unknown option/],
  ['explain', /name at least one/],
]
test.each(WRONG)('postroom %s is wrong usage: exit 2, and it says why', async (words, says) => {
  const { code, stdout, stderr } = await run([...words.split(' '), '--config', file])
  expect(code).toBe(2)
  expect(stderr).toMatch(says)
  expect(stdout).toBe('')
})

test.each(['--help', '--version', 'user --help', 'help user'])(
  'postroom %s succeeds',
  async (words) => {
    const { code, stdout, stderr } = await run(words.split(' '))
    expect(code).toBe(0)
    expect(stdout).not.toBe('')
    expect(stderr).toBe('')
  },
)

test('without a command it serves, with the named configuration', async () => {
  const served: Config[] = []
  const serve = (config: Config) => {
    served.push(config)
    return Promise.resolve(7)
  }
  expect((await run(['--config', file], { serve })).code).toBe(7)
  expect((await run(['serve', '--config', file], { serve })).code).toBe(7)
  expect(served.map((config) => config.file)).toEqual([file, file])
})

test('--config may stand anywhere', async () => {
  const lists = [
    ['--config', file, 'user', 'list'],
    ['user', '--config', file, 'list'],
    ['user', 'list', '--config', file],
    ['user', 'list', `--config=${file}`],
  ]
  for (const args of lists) expect(await run(args)).toMatchObject({ code: 0, stdout: '' })
})

describe('a configuration that is wrong ends every command with exit 78', () => {
  const COMMANDS = ['serve', 'check', 'check --offline', 'migrate', 'migrate status', 'user list']
  test.each(COMMANDS)('%s', async (words) => {
    writeFileSync(file, 'listne: x\n')
    const { code, stderr } = await run([...words.split(' '), '--config', file])
    expect(code).toBe(78)
    expect(stderr).toContain('did you mean "listen"?')
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})

test('migrate brings the database up to date; status shows it, also as JSON', async () => {
  const migrate = (...words: string[]) => run(['migrate', ...words, '--config', file])
  expect((await migrate('status')).stdout).toMatch(/^0001 {2}foundation {2}pending$/m)
  expect((await migrate()).stderr).toMatch(/^Applied \d+ migration/)
  expect((await migrate('up')).stderr).toBe('The database is up to date.\n')
  expect((await migrate('status')).stdout).toMatch(/^0001 {2}foundation {2}applied \d{4}-/m)
  const rows: unknown = JSON.parse((await migrate('status', '--json')).stdout)
  expect(rows).toContainEqual(
    expect.objectContaining({ version: 1, applied_at: expect.any(String) as string }),
  )
})

test('with migrate: manual no command touches an old database', async () => {
  writeFileSync(file, 'data_dir: ./data\nmigrate: manual\n')
  const { code, stderr } = await run(['user', 'list', '--config', file])
  expect(code).toBe(78)
  expect(stderr).toContain('postroom migrate up')
  expect((await run(['migrate', 'up', '--config', file])).code).toBe(0)
  expect((await run(['user', 'list', '--config', file])).code).toBe(0)
})
