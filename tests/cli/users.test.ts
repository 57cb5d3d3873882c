import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { issueCode, spendCode } from '../../src/desk/codes.ts'
import { Passwords } from '../../src/desk/passwords.ts'
import { findToken } from '../../src/store/api-tokens.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { findPassword } from '../../src/store/passwords.ts'
import { ensureContact, ensureUser, updateUser } from '../../src/store/users.ts'
import { anAddress } from '../kit/desk-context.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { run } from './run-program.ts'

const scratch = scratchDirectories('users')
let file: string

beforeEach(() => {
  file = path.join(scratch.make(), 'postroom.yaml')
  writeFileSync(file, 'data_dir: ./data\n')
})

const postroom = (...words: string[]) => run([...words, '--config', file])
const add = (email: string, role: string, name = 'Somebody') =>
  postroom('user', 'add', email, '--name', name, '--role', role)

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(loadConfig(file, {}, '/').database)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const listed = async (): Promise<unknown> =>
  JSON.parse((await postroom('user', 'list', '--json')).stdout)

test('a user is added, and listed in a line and as JSON', async () => {
  expect(await add('Bruno@acme.test', 'agent', 'Bruno')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'bruno@acme.test is now an active agent.\n',
  })
  expect((await postroom('user', 'list')).stdout).toMatch(
    /^bruno@acme\.test {2}agent +active +Bruno$/m,
  )
  expect(await listed()).toMatchObject([
    { id: 1, email: 'bruno@acme.test', name: 'Bruno', role: 'agent', state: 'active' },
  ])
})

test('a user who is there already is left as he is, and that is no error', async () => {
  await add('bruno@acme.test', 'agent', 'Bruno')
  const again = await add('bruno@acme.test', 'admin', 'Mallory')
  expect(again.code).toBe(0)
  expect(again.stderr).toContain('nothing was changed')
  expect(await listed()).toMatchObject([{ name: 'Bruno', role: 'agent' }])
})

test('somebody who only wrote to us becomes the user', async () => {
  await postroom('migrate')
  const who = { address: anAddress('bruno@acme.test'), name: null }
  await withStore((store) => store.transaction((tx) => ensureContact(tx, who, new Date())))
  await add('bruno@acme.test', 'agent', 'Bruno')
  expect(await listed()).toMatchObject([{ id: 1, name: 'Bruno', role: 'agent', state: 'active' }])
})

test('control characters do not get into a name', async () => {
  await add('bruno@acme.test', 'agent', 'Br\nu\u202Eno')
  expect(await listed()).toMatchObject([{ name: 'Br u no' }])
  expect((await add('x@acme.test', 'agent', ' \u200B ')).code).toBe(2)
})

test('a role is changed', async () => {
  await add('bruno@acme.test', 'agent')
  expect(await postroom('user', 'role', 'bruno@acme.test', 'admin')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'bruno@acme.test is now admin.\n',
  })
})

test('a contact who gets a role can work', async () => {
  await postroom('migrate')
  const who = { address: anAddress('bruno@acme.test'), name: null }
  await withStore((store) => store.transaction((tx) => ensureContact(tx, who, new Date())))
  await postroom('user', 'role', 'bruno@acme.test', 'agent')
  expect(await listed()).toMatchObject([{ role: 'agent', state: 'active' }])
})

test('the last admin keeps his role; a disabled one is no other', async () => {
  await add('carla@acme.test', 'admin')
  await add('dora@acme.test', 'admin')
  await withStore((store) => store.transaction((tx) => updateUser(tx, 2, { state: 'disabled' })))
  const refused = await postroom('user', 'role', 'carla@acme.test', 'agent')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('is the last admin; make somebody else admin first')
  await add('eva@acme.test', 'admin')
  expect((await postroom('user', 'role', 'carla@acme.test', 'agent')).code).toBe(0)
})

test('an unknown user is refused', async () => {
  const { code, stderr } = await postroom('user', 'role', 'nobody@acme.test', 'agent')
  expect([code, stderr]).toEqual([1, 'There is no user nobody@acme.test.'])
})

test('a token is printed alone, and only its hash is kept', async () => {
  await add('bruno@acme.test', 'agent')
  const create = ['token', 'create', '--user', 'bruno@acme.test', '--name', 'ci']
  const { code, stdout, stderr } = await postroom(...create, '--scope', 'stats:read')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^pst_[\w-]{20,}\n$/)
  const hash = createHash('sha256').update(stdout.trim()).digest('hex')
  await withStore(async (store) => {
    const rows = JSON.stringify(await store.read('api_tokens').select())
    expect(rows).not.toContain(stdout.trim())
    expect(await findToken(store.read, hash)).toMatchObject({ userId: 1, name: 'ci' })
  })
})

test('an unknown scope is refused, naming the known ones', async () => {
  await add('bruno@acme.test', 'agent')
  const create = ['token', 'create', '--user', 'bruno@acme.test', '--name', 'ci', '--scope', 'all']
  const { code, stdout, stderr } = await postroom(...create)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/no scope "all"\. Known are .*tickets:read/)
})

test('nobody gets a token who cannot log in', async () => {
  const { code, stderr } = await postroom(
    'token',
    'create',
    '--user',
    'x@acme.test',
    '--name',
    'ci',
  )
  expect(code).toBe(1)
  expect(stderr).toContain('postroom user add x@acme.test')
})

const stateOf = async (email: string): Promise<unknown> =>
  ((await listed()) as { email: string; state: string }[]).find((user) => user.email === email)
    ?.state

test('who registered is approved, disabled and deleted', async () => {
  await add('bruno@acme.test', 'agent')
  await withStore((store) =>
    store.transaction((tx) => updateUser(tx, 1, { state: 'pending_approval' })),
  )
  expect((await postroom('user', 'approve', 'bruno@acme.test')).code).toBe(0)
  expect(await stateOf('bruno@acme.test')).toBe('active')
  expect((await postroom('user', 'disable', 'bruno@acme.test')).code).toBe(0)
  expect(await stateOf('bruno@acme.test')).toBe('disabled')
  expect((await postroom('user', 'delete', 'bruno@acme.test')).code).toBe(0)
  expect(await listed()).toEqual([])
  expect((await postroom('user', 'delete', 'bruno@acme.test')).code).toBe(1)
})

test('the operator vouches for an address that was not proven', async () => {
  await postroom('migrate')
  await withStore((store) =>
    store.transaction(async (tx) => {
      const email = anAddress('bruno@acme.test')
      const { user } = await ensureUser(
        tx,
        { email, name: null, role: 'customer', state: 'unverified' },
        new Date(),
      )
      const wanted = { userId: user.id, purpose: 'register', passwordHash: 'asked for' } as const
      await issueCode(tx, wanted, new Date())
    }),
  )
  expect((await postroom('user', 'approve', 'bruno@acme.test')).code).toBe(0)
  expect(await stateOf('bruno@acme.test')).toBe('active')
  await withStore(async (store) => expect(await findPassword(store.read, 1)).toBe('asked for'))
})

test('the last admin is neither disabled nor deleted', async () => {
  await add('carla@acme.test', 'admin')
  for (const verb of ['disable', 'delete']) {
    const { code, stderr } = await postroom('user', verb, 'carla@acme.test')
    expect([code, stderr]).toEqual([1, expect.stringContaining('is the last admin')])
  }
})

test('a password comes from stdin, and is hashed at the full cost', async () => {
  await add('bruno@acme.test', 'agent')
  const set = (stdin: string) =>
    run(['user', 'password', 'bruno@acme.test', '--config', file], { stdin })
  expect((await set('short\n')).code).toBe(2)
  expect(await set('a herring in the garden\nand more')).toMatchObject({ code: 0, stdout: '' })
  await withStore(async (store) => {
    const stored = await findPassword(store.read, 1)
    expect(stored).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$/)
    const passwords = new Passwords()
    expect(await passwords.verify('a herring in the garden', stored)).toEqual({
      right: true,
      stale: false,
    })
  })
})

test('without a password a link is printed, which is good once', async () => {
  await add('bruno@acme.test', 'agent')
  const { code, stdout } = await postroom('user', 'password', 'bruno@acme.test')
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^http:\/\/127\.0\.0\.1:8025\/reset#email=bruno%40acme\.test&code=[\w-]{43}\n$/,
  )
  const given = stdout.trim().slice(-43)
  await withStore(async (store) => {
    const spend = () =>
      store.transaction((tx) =>
        spendCode(tx, { userId: 1, purpose: 'reset', code: given }, new Date()),
      )
    expect(await spend()).not.toBe(null)
    expect(await spend()).toBe(null)
    expect(JSON.stringify(await store.read('codes').select())).not.toContain(given)
  })
  expect((await postroom('user', 'password', 'nobody@acme.test')).code).toBe(1)
})
