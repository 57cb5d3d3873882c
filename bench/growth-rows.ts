/** What `npm run bench -- growth` prints: a row for each measure, and the rates as bars. */
import { type Growth, growth, type Taken } from './growth.ts'
import type { Row } from './main.ts'
import { inDirectory } from './with-daemon.ts'

const SIZES = (process.env['POSTROOM_BENCH_GROWTH'] ?? '1000,100000,1000000').split(',').map(Number)
/** Where the desks stay for the next run; without it, in a directory that goes afterwards. */
const DIRECTORY = process.env['POSTROOM_BENCH_DIRECTORY']
/** PostgreSQL instead of SQLite: a database for each size is made beside this one. */
const DATABASE = process.env['POSTROOM_BENCH_DATABASE']
const MAILS = Number(process.env['POSTROOM_BENCH_MAILS'] ?? 500)
const ROUNDS = Number(process.env['POSTROOM_BENCH_ROUNDS'] ?? 9)
/** Of its rate with the smallest desk. */
const KEPT_MIN = 0.9
const SEARCH_MS_MAX = 300
const BAR = 40

export async function growthRows(): Promise<Row[]> {
  const within =
    DIRECTORY === undefined ? inDirectory : <T>(work: (at: string) => Promise<T>) => work(DIRECTORY)
  const sizes = SIZES.toSorted((a, b) => a - b)
  const figures = await within((directory) =>
    growth({ sizes, mails: MAILS, rounds: ROUNDS, directory, database: DATABASE }),
  )
  process.stdout.write(plotOf(sizes, figures))
  return sizes.flatMap((size, index) => [
    intakeRow(size, figures.intake[index] ?? [], figures.intake[0] ?? []),
    ...answerRows(size, figures.latencies[index] ?? []),
  ])
}

function intakeRow(size: number, taken: readonly Taken[], smallest: readonly Taken[]): Row {
  // Round by round: what the machine did meanwhile, it did to both.
  const ratios = taken.map(({ perSecond }, round) => perSecond / (smallest[round]?.perSecond ?? 0))
  const ratio = median(ratios)
  const cpu = median(taken.map(({ cpuMs }) => cpuMs)).toFixed(2)
  const disk = median(taken.map(({ diskKB }) => diskKB)).toFixed(0)
  return {
    what: `intake of ${MAILS} mails, ${grouped(size)} tickets, median of ${ROUNDS}`,
    ours: `${rateOf(taken).toFixed(0)}/s`,
    limit: `${ratio.toFixed(2)} of the smallest desk's, rounds ${ratios.map((one) => one.toFixed(2)).join(' ')}; per mail ${cpu} ms of the daemon's processor, ${disk} kB read from disk`,
    target: `>= ${KEPT_MIN.toFixed(2)} of it`,
    met: ratio >= KEPT_MIN,
  }
}

const answerRows = (size: number, latencies: Growth['latencies'][number]): Row[] =>
  latencies.map(({ what, p50, p99, limit }) => {
    const most = what === 'search' ? SEARCH_MS_MAX : limit
    return {
      what: `API, ${grouped(size)} tickets, ${what}: 99 of 100 answers`,
      ours: `${p99.toFixed(1)} ms`,
      limit: `median ${p50.toFixed(1)} ms`,
      target: `<= ${most} ms`,
      met: p99 <= most,
    }
  })

function plotOf(sizes: readonly number[], { intake }: Growth): string {
  const rates = intake.map(rateOf)
  const most = Math.max(...rates)
  const lines = sizes.map((size, index) => {
    const rate = rates[index] ?? 0
    const bar = '#'.repeat(Math.round((BAR * rate) / most)).padEnd(BAR)
    return `${grouped(size).padStart(10)} tickets  ${bar}  ${rate.toFixed(0)}/s\n`
  })
  return `\nmails taken in a second, by size of the desk\n\n${lines.join('')}\n`
}

const rateOf = (taken: readonly Taken[]): number => median(taken.map((one) => one.perSecond))

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}

const grouped = (count: number): string => count.toLocaleString('en')
