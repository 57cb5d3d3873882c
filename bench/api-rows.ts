/** What `npm run bench -- api` prints. The desk is as large as POSTROOM_BENCH_TICKETS says. */
import path from 'node:path'
import { type ApiFigures, apiFigures } from './api.ts'
import type { Row } from './main.ts'
import type { Servers } from './servers.ts'
import { inDirectory } from './with-daemon.ts'

const TICKETS = Number(process.env['POSTROOM_BENCH_TICKETS'] ?? 100_000)
/** Where the desk stays for the next run; without it, in a directory that goes afterwards. */
const DIRECTORY = process.env['POSTROOM_BENCH_DIRECTORY']
/** A PostgreSQL database instead of SQLite: empty, or seeded by an earlier run. */
const DATABASE = process.env['POSTROOM_BENCH_DATABASE']

export function apiRows(servers: Servers): Promise<Row[]> {
  const within = DIRECTORY === undefined ? inDirectory : inThere
  return within(async (directory) => {
    const database = DATABASE ?? `sqlite:${path.join(directory, 'postroom.db')}`
    const figures = await apiFigures(servers, { directory, database, tickets: TICKETS })
    return [...latencyRows(figures), ...rateRows(figures)]
  })
}

const latencyRows = ({ latencies, taken }: ApiFigures): Row[] =>
  latencies.map(({ what, p50, p99, limit }) => ({
    what: `API, ${TICKETS} tickets, ${what}: 99 of 100 answers`,
    ours: `${p99.toFixed(1)} ms`,
    limit: `median ${p50.toFixed(1)} ms, while ${taken} mails were taken in`,
    target: `<= ${limit} ms`,
    met: p99 <= limit,
  }))

/** Without a target: what part of a bare server is left once there is a desk behind it. */
const rateRows = ({ rates }: ApiFigures): Row[] =>
  rates.map(({ what, ours, bare }) => ({
    what: `API, GET ${what}`,
    ours: `${ours.toFixed(0)}/s`,
    limit: `bare Koa with the same JSON ${bare.toFixed(0)}/s, ratio ${(ours / bare).toFixed(2)}`,
    target: 'none',
    met: true,
  }))

const inThere = <T>(work: (directory: string) => Promise<T>): Promise<T> => work(DIRECTORY ?? '.')
