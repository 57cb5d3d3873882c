/**
 * The API over a large desk: how long its answers take while mail is taken in, and how many it
 * gives beside a bare Koa that sends the same bytes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import Koa from 'koa'
import { type Daemon, startDaemon } from '../src/daemon.ts'
import { createToken } from '../src/desk/create-token.ts'
import { openLog } from '../src/log.ts'
import type { Ask, Asked } from './api-client.ts'
import { largeDesk, seedOnce } from './large-desk.ts'
import type { Servers } from './servers.ts'

export interface ApiFigures {
  /** Milliseconds, by what is asked. */
  readonly latencies: readonly { what: string; p50: number; p99: number; limit: number }[]
  /** Answers a second: ours, and the bare server's with the same body. */
  readonly rates: readonly { what: string; ours: number; bare: number }[]
  readonly taken: number
}

/** What is asked, with how long the slowest of a hundred may take, in ms. */
const QUESTIONS: readonly { what: string; paths: readonly string[]; limit: number }[] = [
  {
    what: 'list',
    paths: ['/tickets', '/tickets?limit=100', '/tickets?sort=-updated_at'],
    limit: 50,
  },
  {
    what: 'filter',
    paths: [
      '/tickets?status=category:open&assignee=none',
      '/tickets?priority=high,urgent&status=open',
      '/tickets?status=pending&sort=waiting_since',
      '/tickets?assignee=me&created_after=2026-01-01',
    ],
    limit: 50,
  },
  { what: 'one ticket', paths: ['/tickets/1', '/tickets/777', '/tickets/1500'], limit: 50 },
  { what: 'stats', paths: ['/stats'], limit: 50 },
  {
    what: 'search',
    paths: [
      '/tickets?q=printer',
      '/tickets?q=invoice%20late',
      '/tickets?q=%22thank%20you%22&status=open',
    ],
    limit: 150,
  },
]
const RATED = ['/tickets/777', '/tickets?limit=25']

const BASE = '/api/v1'
/** More than an office has: two who ask again as soon as they have looked at the answer. */
const CONNECTIONS = 2
const REST_MS = 20
const MS_EACH = 5_000
const RATE_CONNECTIONS = 8
const RATE_MS = 4_000
/** Mails every half second while answers are timed. */
const MAILS_AT_ONCE = 5

export async function apiFigures(
  servers: Servers,
  desk: { directory: string; database: string; tickets: number },
): Promise<ApiFigures> {
  const config = largeDesk(servers, desk)
  await seedOnce(config, { tickets: desk.tickets, comments: 5 * desk.tickets })
  const stop = new AbortController()
  const daemon = await startDaemon(config, openLog('error', 2), stop.signal)
  try {
    return await withClient(daemon, async (client, target) => {
      const { latencies, taken } = await timed(servers, client, { daemon, target })
      const rates = []
      for (const one of RATED) rates.push(await rated(client, target, one))
      return { latencies, rates, taken }
    })
  } finally {
    stop.abort()
    await daemon.done
  }
}

/** Of a daemon that runs: how long its answers take while mail is taken in. */
export const apiLatencies = (
  servers: Servers,
  daemon: Daemon,
): Promise<Pick<ApiFigures, 'latencies' | 'taken'>> =>
  withClient(daemon, (client, target) => timed(servers, client, { daemon, target }))

async function withClient<T>(
  daemon: Daemon,
  work: (client: ChildProcess, target: Target) => Promise<T>,
): Promise<T> {
  const client = fork(path.join(import.meta.dirname, 'api-client.ts'))
  try {
    const target = { url: daemon.url, token: await tokenOf(daemon) }
    await untilIndexed(client, target)
    return await work(client, target)
  } finally {
    client.disconnect()
  }
}

interface Target {
  readonly url: string
  readonly token: string
}

const tokenOf = ({ workplace: { store } }: Daemon): Promise<string> =>
  store.transaction(async (tx) => {
    const agent = (await tx('users').where({ role: 'agent' }).first('id')) as { id: number }
    return createToken(tx, { userId: agent.id, name: 'bench', scopes: null }, new Date())
  })

async function ask(client: ChildProcess, wanted: Ask): Promise<Asked> {
  client.send(wanted)
  const over = new AbortController()
  const { signal } = over
  const message = once(client, 'message', { signal })
  const exit = once(client, 'exit', { signal }).then(() => Promise.reject(new Error('it died')))
  const [asked] = (await Promise.race([message, exit])) as [Asked]
  exit.catch(() => undefined)
  over.abort()
  if (asked.failed > 0)
    throw new Error(`${asked.failed} requests failed: ${wanted.paths.join(' ')}`)
  return asked
}

/** The first question waits for the words of everything; it also compiles what the others run. */
async function untilIndexed(client: ChildProcess, target: Target): Promise<void> {
  const paths = QUESTIONS.flatMap((one) => one.paths.map((each) => `${BASE}${each}`))
  await ask(client, { ...target, paths, connections: 1, ms: 3_000 })
}

async function timed(
  servers: Servers,
  client: ChildProcess,
  { daemon, target }: { daemon: Daemon; target: Target },
): Promise<Pick<ApiFigures, 'latencies' | 'taken'>> {
  const before = await taken(daemon)
  const over = new AbortController()
  const mail = deliverUntil(servers, over.signal)
  const latencies = []
  for (const { what, paths, limit } of QUESTIONS) {
    const wanted = paths.map((each) => `${BASE}${each}`)
    const { times } = await ask(client, {
      ...target,
      paths: wanted,
      connections: CONNECTIONS,
      restMs: REST_MS,
      ms: MS_EACH,
    })
    latencies.push({ what, p50: at(times, 0.5), p99: at(times, 0.99), limit })
  }
  over.abort()
  await mail
  return { latencies, taken: (await taken(daemon)) - before }
}

const at = (times: readonly number[], share: number): number =>
  times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0

async function taken({ workplace: { store } }: Daemon): Promise<number> {
  const row = await store
    .read('inbound_messages')
    .whereNot({ fate: 'pending' })
    .count({ count: '*' })
    .first<{ count: number | string }>()
  return Number(row.count)
}

async function deliverUntil(servers: Servers, over: AbortSignal): Promise<void> {
  // On a desk that was kept the mails of the run before are there, and would be copies.
  const run = Date.now()
  for (let seed = 1; !over.aborted; seed += 1) {
    await servers.ask({ do: 'make', count: MAILS_AT_ONCE, seed, name: `${run}-${seed}` })
    await servers.ask({ do: 'deliver' })
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** The same body from a server that does nothing else, in this same process. */
async function rated(
  client: ChildProcess,
  target: Target,
  wanted: string,
): Promise<ApiFigures['rates'][number]> {
  const answer = await fetch(`${target.url}${BASE}${wanted}`, {
    headers: { authorization: `Bearer ${target.token}` },
  })
  const body: unknown = await answer.json()
  const load = { paths: [`${BASE}${wanted}`], connections: RATE_CONNECTIONS, ms: RATE_MS }
  const ours = await ask(client, { ...target, ...load })
  const app = new Koa()
  app.use((ctx) => {
    ctx.body = body
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const bare = await ask(client, { ...target, ...load, url })
  server.close()
  return { what: wanted, ours: rateOf(ours), bare: rateOf(bare) }
}

const rateOf = ({ times, ms }: Asked): number => (1_000 * times.length) / ms
