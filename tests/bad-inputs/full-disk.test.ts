/**
 * Row 194 of the table of bad inputs: the disk fills while the daemon runs. The disk is a small one in
 * memory, which a namespace of our own lets anybody mount; where the system forbids that, the
 * writes are refused at the places where they happen, without a disk.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type MailWorld, startMailWorld } from '../../src/demo/mail-world.ts'
import { prepareDesk } from '../faults/prepare-desk.ts'
import { failOnce } from '../faults/fail-once.ts'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { freePort } from '../kit/ports.ts'
import { sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { canMount } from '../kit/small-disk.ts'
import { ROOT } from '../kit/source-tree.ts'

const SUPPORT = 'support@acme.test'
const MAILS = 10
const scratch = scratchDirectories('full-disk')

describe.runIf(canMount)('a disk that is full', () => {
  let world: MailWorld
  let child: ChildProcess
  let said = ''
  afterEach(async () => {
    child.kill('SIGKILL')
    await world.close()
  })

  /** Mounts a disk of 16 MB at `data`, with the prepared desk on it, and runs the daemon there. */
  async function start(): Promise<{ api: string; token: string; filler: string }> {
    world = await startMailWorld({ accounts: { [SUPPORT]: 'secret' }, domains: ['customer.test'] })
    const [directory, port] = [scratch.make(), await freePort()]
    const [prepared, data] = [path.join(directory, 'prepared'), path.join(directory, 'data')]
    for (const one of [prepared, data]) mkdirSync(one)
    const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: 'secret' }
    const imap = { ...account, port: world.imap.port }
    const smtp = { ...account, port: world.smtp.port }
    const tree = {
      listen: `127.0.0.1:${port}`,
      flood: 'unlimited',
      inboxes: [{ name: 'Support', address: SUPPORT, imap, smtp }],
    }
    const token = await prepareDesk({ ...tree, data_dir: prepared }, prepared)
    const file = path.join(directory, 'postroom.yaml')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ ...tree, data_dir: data }), { mode: 0o600 })
    const script =
      'mount -t tmpfs -o size=16m none "$1" && cp -a "$2/." "$1" && shift 2 && exec "$@"'
    const main = path.join(ROOT, 'src', 'main.ts')
    const node = [process.execPath, ...process.execArgv, main, '--config', file, 'serve']
    child = spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', data, prepared, ...node])
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await until('the start', () => said.includes('daemon.started'), 15, 25_000)
    const filler = path.join(`/proc/${child.pid}/root`, data, 'filler')
    return { api: `http://127.0.0.1:${port}`, token, filler }
  }

  test('bad input 194: stops taking mail, is read as always, and goes on by itself with room', async () => {
    const { api, token, filler } = await start()
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const status = async (where: string, init: RequestInit = {}): Promise<number> =>
      (await fetch(api + where, { headers, ...init })).status
    const tickets = async (): Promise<number> => {
      const answer = await fetch(`${api}/api/v1/tickets?limit=200`, { headers })
      expect(answer.status).toBe(200)
      return ((await answer.json()) as { data: unknown[] }).data.length
    }
    world.imap.deliver(SUPPORT, aMail())
    await until('the first ticket', async () => (await tickets()) === 1)

    fill(filler)
    for (let n = 0; n < MAILS; n += 1) {
      world.imap.deliver(SUPPORT, aMail({ text: `${n} ${'It is long. '.repeat(30_000)}` }))
    }
    await until('the database to be said to be out of reach', () =>
      said.includes('database.unavailable'),
    )
    expect(await tickets()).toBeLessThan(MAILS + 1)
    await until('a write to be refused', async () => {
      const body = JSON.stringify({ subject: 'Full', text: 'x'.repeat(100_000) })
      return (await status('/api/v1/tickets', { method: 'POST', body })) === 503
    })
    expect(await tickets()).toBeGreaterThan(0)
    expect(child.exitCode).toBe(null)

    const before = await tickets()
    rmSync(filler)
    await until('the rest to be taken in', async () => (await tickets()) >= MAILS + 1, 100, 25_000)
    expect(before).toBeLessThan(MAILS + 1)
    await until('all to be well', async () => (await status('/readyz')) === 200)
    child.kill('SIGTERM')
    expect((await once(child, 'exit'))[0]).toBe(0)
  }, 90_000)
})

/** Writes until there is no room for a single byte. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w')
  for (let size = 1 << 20; size >= 1; ) {
    try {
      writeSync(descriptor, Buffer.alloc(size))
    } catch {
      size = Math.floor(size / 2)
    }
  }
  closeSync(descriptor)
}

describe('a write that finds no room', () => {
  const fresh = onSqlite(onDesk)
  const parser = sharedParser(scratch.make())
  test.each(['fetch.inserting', 'intake.claimed', 'take.written', 'take.committed'] as const)(
    'bad input 194: at %s is done again when there is room',
    async (point) => {
      const desk = await startDesk(await fresh(), parser)
      try {
        const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
        const failed = failOnce(point, full)
        desk.arrives(aMail({ text: 'Long. '.repeat(200_000) }))
        desk.start('fetch', 'intake')
        await failed
        expect(await desk.untilSettled(1)).toMatchObject([{ fate: 'ticket', failures: 0 }])
      } finally {
        await desk.close()
      }
    },
  )
})
