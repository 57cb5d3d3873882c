import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MailWorld } from '../../src/demo/mail-world.ts'
import { startMailWorld } from '../../src/demo/mail-world.ts'
import { SUPPORT } from '../kit/desk-context.ts'
import { freePort } from '../kit/ports.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { run } from './run-program.ts'

const scratch = scratchDirectories('check')
let world: MailWorld
let file: string

beforeEach(async () => {
  world = await startMailWorld({ accounts: { [SUPPORT]: 'secret' } })
  file = path.join(scratch.make(), 'postroom.yaml')
})
afterEach(() => world.close())

interface More {
  imap?: object
  smtp?: object
  inbox?: object
  top?: object
}

function configured(more: More = {}): void {
  const server = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: 'secret' }
  const inbox = {
    name: 'Support',
    address: SUPPORT,
    imap: { ...server, port: world.imap.port, ...more.imap },
    smtp: { ...server, port: world.smtp.port, ...more.smtp },
    ...more.inbox,
  }
  const tree = { data_dir: './data', inboxes: [inbox], ...more.top }
  writeFileSync(file, JSON.stringify(tree), { mode: 0o600 })
}

const check = (...words: string[]) => run(['check', ...words, '--config', file])

test('what is right is listed line by line, and the exit is 0', async () => {
  configured()
  const { code, stdout } = await check()
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ok {4}configuration: .*postroom\.yaml$/m)
  expect(stdout).toMatch(/^ok {4}templates: \d+ notices in 13 languages: ar, de, en, /m)
  expect(stdout).toMatch(/^ok {4}workplace: sqlite database, lifecycle default/m)
  expect(stdout).toMatch(/^ok {4}Support: IMAP: 127\.0\.0\.1:\d+, folder INBOX, IDLE$/m)
  expect(stdout).toMatch(/^ok {4}Support: SMTP: 127\.0\.0\.1:\d+$/m)
})

test('--offline talks to nobody', async () => {
  configured({ imap: { port: 1 }, smtp: { port: 1 } })
  const { code, stdout } = await check('--offline')
  expect(code).toBe(0)
  expect(stdout).not.toContain('IMAP')
  expect(world.imap.commands).toEqual([])
})

const DOWN: readonly [what: string, more: Parameters<typeof configured>[0], says: RegExp][] = [
  [
    'a wrong IMAP password',
    { imap: { password: 'wrong' } },
    /^FAIL {2}Support: IMAP: .*refused the login: (?!.*Command failed).*[^.]\. Check imap\.user/m,
  ],
  [
    'a wrong SMTP password',
    { smtp: { password: 'wrong' } },
    /^FAIL {2}Support: SMTP: .*refused the login.*Check smtp\.user/m,
  ],
  [
    'a folder that is not there',
    { imap: { folder: 'Nope' } },
    /has no folder "Nope".*imap\.folder/,
  ],
  [
    'an IMAP server that is down',
    { imap: { port: 1 } },
    /^FAIL {2}Support: IMAP: Nothing answers at 127\.0\.0\.1:1\./m,
  ],
]
test.each(DOWN)('%s is told, and the exit is 69', async (_what, more, says) => {
  configured(more)
  const { code, stdout } = await check()
  expect(stdout).toMatch(says)
  expect(code).toBe(69)
  expect(stdout).not.toContain('wrong\n')
})

test('an unknown lifecycle is a mistake of the configuration, with its place: exit 78', async () => {
  configured({ top: { lifecycle: 'nope' } })
  const { code, stderr } = await check('--offline')
  expect(stderr).toMatch(/postroom\.yaml:1:\d+: There is no lifecycle "nope"/)
  expect(code).toBe(78)
})

test('an unknown variable in a template of an inbox is told with its line: exit 78', async () => {
  configured({ inbox: { templates: './own' } })
  const directory = path.join(path.dirname(file), 'own', 'de')
  mkdirSync(directory, { recursive: true })
  writeFileSync(
    path.join(directory, 'reply.txt.liquid'),
    'Subject: Re: {{ ticket.subject }}\n\n{{ coment.text }}\n',
  )
  writeFileSync(path.join(directory, 'reply.html.liquid'), '{{ comment.html }}')
  const { code, stdout } = await check('--offline')
  expect(stdout).toMatch(/own\/de\/reply\.txt\.liquid:3: unknown variable coment\.text; reply has /)
  expect(stdout).toMatch(/^ok {4}workplace: /m)
  expect(code).toBe(78)
})

test('a language without templates is a warning', async () => {
  configured({ inbox: { locale: 'sv' } })
  const { code, stdout } = await check('--offline')
  expect(stdout).toMatch(/^warn {2}warning: inbox Support: there are no templates in sv/m)
  expect(code).toBe(0)
})

test('a database that is down is no mistake of the configuration: exit 69', async () => {
  const database = `postgres://desk:hunter2@127.0.0.1:${await freePort()}/desk`
  configured({ top: { database } })
  const { code, stdout } = await check('--offline')
  expect(stdout).toMatch(
    /^FAIL {2}workplace: The database postgres:\/\/127\.0\.0\.1:\d+\/desk cannot be used/m,
  )
  expect(stdout).not.toContain('hunter2')
  expect(code).toBe(69)
})

test('bad input 193: a file that is no database is named, left as it is, and not replaced', async () => {
  configured({ top: { database: 'sqlite:./broken.db' } })
  writeFileSync(
    path.join(path.dirname(file), 'broken.db'),
    'this is a letter, not a database\n'.repeat(99),
  )
  const { code, stdout } = await check('--offline')
  expect(stdout).toMatch(/broken\.db is damaged or not a database: .*restore the last backup/)
  expect(code).toBe(78)
})

test('warnings are shown and change nothing', async () => {
  configured({ top: { inboxes: [] } })
  const { code, stdout } = await check()
  expect(stdout).toMatch(/^warn {2}warning: no inbox is configured/m)
  expect(code).toBe(0)
})

test('--json says the same for programs', async () => {
  configured({ imap: { password: 'wrong' } })
  const { code, stdout } = await check('--json')
  const results: unknown = JSON.parse(stdout)
  expect(results).toContainEqual(expect.objectContaining({ what: 'Support: IMAP', ok: false }))
  expect(code).toBe(69)
})
