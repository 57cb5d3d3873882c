/** Row 198 of the table of bad inputs: a running daemon that may open no more files, and has no temp directory. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type MailWorld, startMailWorld } from '../../src/demo/mail-world.ts'
import { openStore } from '../../src/store/open.ts'
import { aMail } from '../kit/a-mail.ts'
import { freePort } from '../kit/ports.ts'
import { until } from '../kit/running-desk.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { ROOT } from '../kit/source-tree.ts'

const SUPPORT = 'support@acme.test'
const scratch = scratchDirectories('no-descriptors')
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let world: MailWorld
let child: ChildProcess
afterEach(async () => {
  child.kill('SIGKILL')
  agent.destroy()
  await world.close()
})

const mayOpen = (files: number): unknown =>
  execFileSync('prlimit', [`--pid=${child.pid}`, `--nofile=${files}:`])

/** By the one connection that is open already: there is no other. */
const health = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      let body = ''
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
      answer.on('end', () => resolve(body))
    }).on('error', reject)
  })

test('bad input 198: says that it cannot work, blames no mail, and goes on by itself', async () => {
  world = await startMailWorld({ accounts: { [SUPPORT]: 'secret' } })
  const [directory, port] = [scratch.make(), await freePort()]
  const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: 'secret' }
  const imap = { ...account, port: world.imap.port }
  const smtp = { ...account, port: world.smtp.port }
  const inboxes = [{ name: 'Support', address: SUPPORT, imap, smtp }]
  const file = path.join(directory, 'postroom.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ listen: `127.0.0.1:${port}`, data_dir: directory, inboxes }))
  child = fork(path.join(ROOT, 'src', 'main.ts'), ['--config', file, 'serve'], {
    silent: true,
    env: { PATH: process.env['PATH'], TMPDIR: path.join(directory, 'missing') },
  })
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  world.imap.deliver(SUPPORT, aMail())
  await until('a mail to be taken', () => said.includes('message.taken'), 15, 30_000)
  const url = `http://127.0.0.1:${port}/readyz`
  expect(await health(url)).toContain('"status":"ok"')

  mayOpen(8)
  for (let n = 0; n < 5; n += 1) world.imap.deliver(SUPPORT, aMail({ text: `${n}` }))
  const parsers = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
  for (const [pid] of parsers.matchAll(/\d+/g)) process.kill(Number(pid), 'SIGKILL')
  await until('mail to wait', () => said.includes('EMFILE') || said.includes('message.postponed'))
  world.imap.dropConnections()
  await until(
    'health to say so',
    async () => (await health(url)).includes('"status":"degraded"'),
    200,
  )
  expect(child.exitCode).toBe(null)

  mayOpen(1024)
  const store = await openStore({ kind: 'sqlite', file: path.join(directory, 'postroom.db') })
  try {
    const fates = await until(
      'all to be taken in',
      async () => {
        const rows = await store.read('inbound_messages').select<{ fate: string }[]>('fate')
        return rows.length === 6 && rows.every(({ fate }) => fate !== 'pending') && rows
      },
      50,
      40_000,
    )
    expect(fates.map(({ fate }) => fate)).toEqual(fates.map(() => 'ticket'))
  } finally {
    await store.close()
  }
  await until('health to be well', async () => (await health(url)).includes('"status":"ok"'), 200)
}, 120_000)
