/**
 * `npm run bench`: what this machine does, and what of it we reach. Every figure is a ratio
 * within one run. Exit code 1 when a target is missed. Names as arguments choose what is measured.
 */
import { boundGarbage } from '../src/heap.ts'
import { apiRows } from './api-rows.ts'
import { dashboardRows } from './dashboard-rows.ts'
import { growthRows } from './growth-rows.ts'
import { type Intake, intakeRate } from './intake.ts'
import { quickLatency } from './latency.ts'
import { sendingRate } from './outbox.ts'
import { type ReadingRates, readingRates } from './reading.ts'
import { type Servers, startServers } from './servers.ts'

const MAILS = Number(process.env['POSTROOM_BENCH_MAILS'] ?? 1_000)
const QUICK = 30

export interface Row {
  readonly what: string
  readonly ours: string
  readonly limit: string
  readonly target: string
  readonly met: boolean
}

async function withServers<T>(work: (servers: Servers) => Promise<T>): Promise<T> {
  const servers = await startServers()
  try {
    return await work(servers)
  } finally {
    servers.stop()
  }
}

async function latencyRow(): Promise<Row> {
  const quick = await withServers((servers) => quickLatency(servers, QUICK))
  return {
    what: `EXISTS to acknowledgement taken, median of ${QUICK}`,
    ours: `${quick.toFixed(0)} ms`,
    limit: '-',
    target: '<= 100 ms',
    met: quick <= 100,
  }
}

function readingRow({ ours, mailparser }: ReadingRates): Row {
  return {
    what: `reading ${MAILS} mails as explain does`,
    ours: `${ours.toFixed(0)}/s`,
    limit: `mailparser alone ${mailparser.toFixed(0)}/s, ratio ${(ours / mailparser).toFixed(2)}`,
    target: 'ratio >= 0.70',
    met: ours >= 0.7 * mailparser,
  }
}

async function intakeRow({ mailparser }: ReadingRates): Promise<Row> {
  const { perSecond, cpu } = await withServers((servers) => intakeRate(servers, MAILS))
  const wanted = Math.min(400, 0.7 * mailparser)
  return {
    what: `intake of ${MAILS} mails, IMAP to committed ticket`,
    ours: `${perSecond.toFixed(0)}/s`,
    limit: `mailparser alone ${mailparser.toFixed(0)}/s, ratio ${(perSecond / mailparser).toFixed(2)}; ${shares(cpu)}`,
    target: `>= ${wanted.toFixed(0)}/s`,
    met: perSecond >= wanted,
  }
}

async function sendingRow(): Promise<Row> {
  const { perSecond, poolPerSecond } = await withServers((servers) => sendingRate(servers, MAILS))
  const wanted = Math.min(300, 0.7 * poolPerSecond)
  const ratio = (perSecond / poolPerSecond).toFixed(2)
  return {
    what: `${MAILS} acknowledgements, queue to server`,
    ours: `${perSecond.toFixed(0)}/s`,
    limit: `bare SMTP pool ${poolPerSecond.toFixed(0)}/s, ratio ${ratio}`,
    target: `>= ${wanted.toFixed(0)}/s`,
    met: perSecond >= wanted,
  }
}

const shares = ({ daemon, parser, imapServer }: Intake['cpu']): string =>
  `processor ms per mail: daemon ${daemon.toFixed(2)}, parser ${parser.toFixed(2)}, IMAP server ${imapServer.toFixed(2)}`

function report(rows: readonly Row[]): void {
  for (const { what, ours, limit, target, met } of rows) {
    process.stdout.write(
      `${met ? 'ok  ' : 'MISS'}  ${what}: ${ours} (${limit}; target ${target})\n`,
    )
  }
  process.exitCode = rows.every(({ met }) => met) ? 0 : 1
}

// As the daemon does for itself.
boundGarbage()
const chosen = new Set(process.argv.slice(2))
const wants = (name: string): boolean => chosen.size === 0 || chosen.has(name)
const rows: Row[] = []
if (wants('latency')) rows.push(await latencyRow())
if (wants('reading') || wants('intake')) {
  const rates = await readingRates(MAILS)
  if (wants('reading')) rows.push(readingRow(rates))
  if (wants('intake')) rows.push(await intakeRow(rates))
}
if (wants('api')) rows.push(...(await withServers(apiRows)))
if (wants('dashboard')) rows.push(...(await withServers(dashboardRows)))
if (wants('outbox')) rows.push(await sendingRow())
// A million tickets take minutes and gigabytes: only for who asks.
if (chosen.has('growth')) rows.push(...(await growthRows()))
report(rows)
