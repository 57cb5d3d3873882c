/**
 * `npm run bench`: what this machine does, and what of it we reach. Every figure is a ratio
 * within one run. Exit code 1 when a target is missed.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { simpleParser } from 'mailparser'
import { configFrom } from '../src/config.ts'
import { type Daemon, startDaemon } from '../src/daemon.ts'
import { openLog } from '../src/log.ts'
import { readMessage } from '../src/inbound/parser/read-message.ts'
import { type BenchMail, mails } from './corpus.ts'

const MAILS = Number(process.env['POSTROOM_BENCH_MAILS'] ?? 1_000)
/** Mails before the clock starts, for either side: compiled code, open connections. */
const WARM_UP = 300
const QUICK = 30
const SUPPORT = 'support@acme.test'

interface Row {
  readonly what: string
  readonly ours: string
  readonly limit: string
  readonly target: string
  readonly met: boolean
}

/** The machine's own limit: mailparser and nothing else, in this process, over the same mails. */
async function mailparserRate(): Promise<number> {
  for (const { source } of mails(WARM_UP, 2)) await simpleParser(source)
  const sources = mails(MAILS).map(({ source }) => source)
  const started = performance.now()
  for (const source of sources) await simpleParser(source)
  return (1_000 * sources.length) / (performance.now() - started)
}

/** The same mails through our own reading: MIME, text, quotes, forwards, bounces, language. */
async function readingRate(): Promise<number> {
  const directory = await mkdtemp(path.join(tmpdir(), 'postroom-bench-'))
  const read = async ({ source }: BenchMail, index: number): Promise<void> => {
    const scratchDir = path.join(directory, String(index))
    await readMessage(source, { mode: 'full', scratchDir })
  }
  try {
    for (const [index, mail] of mails(WARM_UP, 2).entries()) await read(mail, index)
    const all = mails(MAILS)
    const started = performance.now()
    for (const [index, mail] of all.entries()) await read(mail, WARM_UP + index)
    return (1_000 * all.length) / (performance.now() - started)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

interface Servers {
  readonly imap: number
  readonly smtp: number
  readonly child: ChildProcess
}

async function startServers(): Promise<Servers> {
  const child = fork(path.join(import.meta.dirname, 'mail-server.ts'))
  const [ports] = (await once(child, 'message')) as [{ imap: number; smtp: number }]
  return { ...ports, child }
}

async function ask<T>(servers: Servers, command: object): Promise<T> {
  servers.child.send(command)
  const [answer] = (await once(servers.child, 'message')) as [T]
  return answer
}

/** A daemon on a fresh SQLite file; `delay` of acknowledgements decides whether they leave now. */
async function withDaemon<T>(
  servers: Servers,
  delay: string,
  work: (daemon: Daemon) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'postroom-bench-'))
  const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: 'bench' }
  const config = configFrom(
    {
      data_dir: directory,
      listen: '127.0.0.1:0',
      acknowledgement: { budget: 'unlimited', delay },
      flood: 'unlimited',
      inboxes: [
        {
          name: 'Support',
          address: SUPPORT,
          imap: { ...account, port: servers.imap },
          smtp: { ...account, port: servers.smtp },
        },
      ],
    },
    { env: {}, baseDir: directory },
  )
  const stop = new AbortController()
  const daemon = await startDaemon(config, openLog('error', 2), stop.signal)
  try {
    return await work(daemon)
  } finally {
    stop.abort()
    await daemon.done
    await rm(directory, { recursive: true, force: true })
  }
}

/**
 * Mails a second from the IMAP server to committed tickets with queued acknowledgements. Like the
 * parser alone, the daemon is warm: it has taken some mails before.
 */
async function intakeRate(servers: Servers): Promise<number> {
  return withDaemon(servers, '1h', async (daemon) => {
    await ask(servers, { do: 'load', count: WARM_UP, seed: 2 })
    await untilTaken(daemon, WARM_UP)
    const startedAt = performance.now()
    await ask(servers, { do: 'load', count: MAILS, seed: 1 })
    await untilTaken(daemon, WARM_UP + MAILS)
    return (1_000 * MAILS) / (performance.now() - startedAt)
  })
}

async function untilTaken({ workplace }: Daemon, count: number): Promise<void> {
  for (;;) {
    const row = await workplace.store
      .read('inbound_messages')
      .whereNot({ fate: 'pending' })
      .count({ count: '*' })
      .first<{ count: number }>()
    if (row.count >= count) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function quickLatency(servers: Servers): Promise<number> {
  return withDaemon(servers, '0s', async () => {
    await ask(servers, { do: 'notify', count: 3 })
    const { latencies } = await ask<{ latencies: number[] }>(servers, {
      do: 'notify',
      count: QUICK,
    })
    return latencies.toSorted((a, b) => a - b)[Math.floor(QUICK / 2)] ?? 0
  })
}

async function main(): Promise<void> {
  const servers = await startServers()
  const quick = await quickLatency(servers)
  servers.child.send({ do: 'stop' })
  const parser = await mailparserRate()
  const reading = await readingRate()
  const loaded = await startServers()
  const intake = await intakeRate(loaded)
  loaded.child.send({ do: 'stop' })
  const wanted = Math.min(200, parser / 2)
  report([
    {
      what: `intake of ${MAILS} mails, IMAP to committed ticket`,
      ours: `${intake.toFixed(0)}/s`,
      limit: `mailparser alone ${parser.toFixed(0)}/s, ratio ${(intake / parser).toFixed(2)}`,
      target: `>= ${wanted.toFixed(0)}/s`,
      met: intake >= wanted,
    },
    {
      what: `reading ${MAILS} mails as explain does`,
      ours: `${reading.toFixed(0)}/s`,
      limit: `mailparser alone ${parser.toFixed(0)}/s, ratio ${(reading / parser).toFixed(2)}`,
      target: 'aim: ratio >= 0.70',
      met: reading >= 0.7 * parser,
    },
    {
      what: `EXISTS to acknowledgement taken, median of ${QUICK}`,
      ours: `${quick.toFixed(0)} ms`,
      limit: '-',
      target: '<= 100 ms',
      met: quick <= 100,
    },
  ])
}

function report(rows: readonly Row[]): void {
  for (const { what, ours, limit, target, met } of rows) {
    process.stdout.write(
      `${met ? 'ok  ' : 'MISS'}  ${what}: ${ours} (${limit}; target ${target})\n`,
    )
  }
  process.exitCode = rows.every(({ met }) => met) ? 0 : 1
}

await main()
