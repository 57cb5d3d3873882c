/**
 * How a desk bears its growth: the same mails are taken in by desks of several sizes in turns, so
 * that what else the machine does falls on all of them, and then each is asked over HTTP.
 */
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { type Daemon, startDaemon } from '../src/daemon.ts'
import { makeDirectory } from '../src/make-directory.ts'
import { openLog } from '../src/log.ts'
import { type ApiFigures, apiLatencies } from './api.ts'
import type { Writer } from './corpus.ts'
import { cpuMsOf, diskReadBytes } from './cpu.ts'
import { growDesk } from './grown-desk.ts'
import { untilTaken } from './intake.ts'
import { largeDesk } from './large-desk.ts'
import { type Servers, startServers } from './servers.ts'

export interface Growth {
  /** By size, in the order of `sizes`; one figure for each round. */
  readonly intake: readonly (readonly Taken[])[]
  readonly latencies: readonly ApiFigures['latencies'][]
}

export interface Taken {
  readonly perSecond: number
  /** Processor milliseconds of the daemon for each mail. */
  readonly cpuMs: number
  /** Kilobytes the daemon had to read from the disk for each mail: what was not in memory. */
  readonly diskKB: number
}

interface Wanted {
  readonly sizes: readonly number[]
  readonly mails: number
  readonly rounds: number
  readonly directory: string
  /** A PostgreSQL server's address with a database; each size gets one beside it. */
  readonly database: string | undefined
}

interface Desk {
  readonly tickets: number
  /** SQLite's; PostgreSQL keeps its own pages. */
  readonly file: string | undefined
  readonly servers: Servers
  readonly daemon: Daemon
}

/** A run makes smaller desks grow by as much as they were: they are seeded every time. */
const KEPT_FROM = 20_000
/** Taken in by each before anything is measured. */
const WARM_UP = 300
/** Of a desk, who write in one round, about. */
const WRITERS = 200
/** One of so many mails answers an earlier one of who writes it. */
const ANSWERS = 3
const READ_BYTES = 4 * 1024 * 1024

export async function growth(wanted: Wanted): Promise<Growth> {
  const stop = new AbortController()
  const desks: Desk[] = []
  try {
    for (const tickets of wanted.sizes) desks.push(await openDesk(wanted, tickets, stop.signal))
    const intake = await takenInTurns(desks, wanted)
    const latencies = []
    for (const { servers, daemon } of desks) {
      latencies.push((await apiLatencies(servers, daemon)).latencies)
    }
    return { intake, latencies }
  } finally {
    stop.abort()
    for (const { daemon, servers } of desks) {
      await daemon.done
      servers.stop()
    }
  }
}

async function openDesk(wanted: Wanted, tickets: number, signal: AbortSignal): Promise<Desk> {
  const directory = path.join(wanted.directory, `growth-${tickets}`)
  const anew = tickets < KEPT_FROM
  if (anew) await rm(directory, { recursive: true, force: true })
  makeDirectory(directory)
  const file = wanted.database === undefined ? path.join(directory, 'postroom.db') : undefined
  const database =
    wanted.database === undefined
      ? `sqlite:${file}`
      : await databaseBeside(wanted.database, { tickets, anew })
  const servers = await startServers()
  const config = largeDesk(servers, { directory, database, notices: 'off' })
  await growDesk(config, { tickets })
  return { tickets, file, servers, daemon: await startDaemon(config, openLog('error', 2), signal) }
}

async function databaseBeside(
  address: string,
  { tickets, anew }: { tickets: number; anew: boolean },
): Promise<string> {
  const url = new URL(address)
  const name = `${url.pathname.slice(1)}_growth_${tickets}`
  const client = new pg.Client({ connectionString: address })
  await client.connect()
  try {
    const quoted = client.escapeIdentifier(name)
    if (anew) await client.query(`drop database if exists ${quoted}`)
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${quoted}`)
  } finally {
    await client.end()
  }
  url.pathname = `/${name}`
  return url.href
}

async function takenInTurns(
  desks: readonly Desk[],
  { mails, rounds }: Pick<Wanted, 'mails' | 'rounds'>,
): Promise<Taken[][]> {
  const figures = desks.map((): Taken[] => [])
  // On a desk that was kept the mails of the run before are there, and would be copies.
  const run = Date.now()
  for (const desk of desks) await take(desk, { count: WARM_UP, seed: 0, name: `${run}-warm` })
  for (let round = 1; round <= rounds; round += 1) {
    // There and back: a machine that gets slower all the time slows the first as often as the last.
    const turns = [...desks.entries()]
    for (const [index, desk] of round % 2 === 0 ? turns.toReversed() : turns) {
      const taken = await take(desk, { count: mails, seed: round, name: `${run}-${round}` })
      figures[index]?.push(taken)
    }
  }
  return figures
}

async function take(
  { file, servers, daemon }: Desk,
  mails: { count: number; seed: number; name: string },
): Promise<Taken> {
  if (file !== undefined) await readThrough(file)
  await servers.ask({ do: 'make', ...mails, writers: await writersOf(daemon, mails.seed) })
  const before = await newestMessage(daemon)
  const cpuBefore = cpuMsOf(process.pid)
  const diskBefore = diskReadBytes(process.pid)
  const startedAt = performance.now()
  await servers.ask({ do: 'deliver' })
  await untilTaken(daemon, before + mails.count)
  const ms = performance.now() - startedAt
  const cpuMs = (cpuMsOf(process.pid) - cpuBefore) / mails.count
  const diskKB = (diskReadBytes(process.pid) - diskBefore) / 1_000 / mails.count
  await untilAtRest(daemon)
  return { perSecond: (1_000 * mails.count) / ms, cpuMs, diskKB }
}

/**
 * A desk that runs has its pages in the system's memory. One of several, of which each is idle while
 * the others have their turn, may have lost them to whatever else the machine does.
 */
async function readThrough(file: string): Promise<void> {
  for await (const _ of createReadStream(file, { highWaterMark: READ_BYTES })) {
    // Reading it is all.
  }
}

/** Customers from all over the desk, others in every round. */
async function writersOf({ workplace }: Daemon, seed: number): Promise<Writer[]> {
  const { read } = workplace.store
  const newest = await read('comments').max({ id: 'id' }).first<{ id: number }>()
  // Half of the comments are of agents, about.
  const step = Math.max(1, Math.floor(newest.id / (2 * WRITERS)))
  const ids = Array.from({ length: 2 * WRITERS }, (_, n) => 1 + n * step + ((seed * 7_919) % step))
  const rows = await read('comments')
    .join('users', 'users.id', 'comments.author_id')
    .whereIn('comments.id', ids)
    .where({ author_type: 'customer' })
    .select<{ name: string; email: string; message_id: string }[]>('name', 'email', 'message_id')
  return rows.map(({ name, email, message_id: messageId }, n) => ({
    name,
    address: email,
    ...(n % ANSWERS === 0 ? { inReplyTo: messageId } : {}),
  }))
}

async function newestMessage({ workplace }: Daemon): Promise<number> {
  const row = await workplace.store
    .read('inbound_messages')
    .max({ id: 'id' })
    .first<{ id: number }>()
  return row.id
}

/** When its words are written too, the next desk has the machine to itself. */
async function untilAtRest({ workplace }: Daemon): Promise<void> {
  const { read } = workplace.store
  for (;;) {
    const newest = await read('events').max({ id: 'id' }).first<{ id: number }>()
    const indexed = await read('index_progress').first<{ event_id: number }>('event_id')
    if (indexed.event_id >= newest.id) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
