/** Rows 186 and 200 of the table of bad inputs: signals that come twice, in a storm, or for a broken file. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type MailWorld, startMailWorld } from '../../src/demo/mail-world.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { aMail } from '../kit/a-mail.ts'
import { until } from '../kit/running-desk.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { ROOT } from '../kit/source-tree.ts'

const SUPPORT = 'support@acme.test'
const MAILS = 30
const scratch = scratchDirectories('signals')
let world: MailWorld
let child: ChildProcess
let file: string
let said = ''

beforeEach(async () => {
  world = await startMailWorld({ accounts: { [SUPPORT]: 'secret' } })
  const directory = scratch.make()
  file = path.join(directory, 'postroom.yaml')
  const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: 'secret' }
  const inbox = {
    name: 'Support',
    address: SUPPORT,
    imap: { ...account, port: world.imap.port },
    smtp: { ...account, port: world.smtp.port },
  }
  // JSON is YAML.
  const tree = { listen: '127.0.0.1:0', data_dir: directory, flood: 'unlimited', inboxes: [inbox] }
  writeFileSync(file, JSON.stringify(tree), { mode: 0o600 })
})
afterEach(async () => {
  child.kill('SIGKILL')
  await world.close()
})

/** The daemon, as soon as mail has begun to come in. */
async function startBusy(): Promise<void> {
  said = ''
  child = fork(path.join(ROOT, 'src', 'main.ts'), ['--config', file, 'serve'], { silent: true })
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  for (let n = 0; n < MAILS; n += 1) world.imap.deliver(SUPPORT, aMail())
  await until('mail to be taken in', () => said.includes('message.taken'), 15, 30_000)
}

async function exitCode(): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** A start that is refused: its exit code, and what it tells people. */
async function refusedStart(): Promise<{ code: number | null; told: string }> {
  child = fork(path.join(ROOT, 'src', 'main.ts'), ['--config', file, 'serve'], { silent: true })
  let told = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, told }
}

async function inStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({
    kind: 'sqlite',
    file: path.join(path.dirname(file), 'postroom.db'),
  })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/** After another start everything is there, once. */
async function expectAllOnce(): Promise<void> {
  await startBusyAgain()
  const counts = await inStore(async ({ read }) => {
    await until('all to be decided', async () => {
      const rows = await read('inbound_messages').select<{ fate: string }[]>('fate')
      return rows.length === MAILS && rows.every(({ fate }) => fate !== 'pending')
    })
    return (await read('tickets').select('id')).length
  })
  expect(counts).toBe(MAILS)
}

async function startBusyAgain(): Promise<void> {
  child = fork(path.join(ROOT, 'src', 'main.ts'), ['--config', file, 'serve'], { silent: true })
  await once(child.stdout ?? child, 'data')
}

test('bad input 200: a storm of hang-ups is one polite stop', async () => {
  await startBusy()
  const ended = exitCode()
  for (let n = 0; n < 20; n += 1) child.kill('SIGHUP')
  expect(await ended).toBe(0)
  expect(said).toContain('daemon.stopped')
  await expectAllOnce()
})

test('bad input 200: a second SIGTERM does not wait, and nothing is lost by it', async () => {
  await startBusy()
  const ended = exitCode()
  child.kill('SIGTERM')
  await until('the stop to begin', () => said.includes('daemon.stopping'))
  child.kill('SIGTERM')
  expect([0, 1]).toContain(await ended)
  await expectAllOnce()
})

test('bad input 186: a configuration that is broken meanwhile is not read before the next start, which names the mistake', async () => {
  await startBusy()
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, whole.replace('"flood"', '"flod"'))
  await until('all mail to be taken in as before', () => takenSoFar() === MAILS, 15, 30_000)

  const ended = exitCode()
  child.kill('SIGHUP')
  expect(await ended).toBe(0)
  expect(said).toContain('daemon.stopped')

  expect(await refusedStart()).toEqual({
    code: 78,
    told: expect.stringMatching(/postroom\.yaml:1:\d+: unknown key "flod"; did you mean "flood"/),
  })
  writeFileSync(file, whole)
  await expectAllOnce()
})

const takenSoFar = (): number => said.split('message.taken').length - 1
