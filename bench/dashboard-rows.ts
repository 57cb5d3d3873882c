/** What `npm run bench -- dashboard` prints: needs Chromium, Dovecot and Exim. */
import { liveTimes } from './dashboard-live.ts'
import { type OpeningTimes, openings } from './dashboard-speed.ts'
import type { Row } from './main.ts'
import type { Servers } from './servers.ts'

const MAILS = 20
const OPENED = 9
const FEW = 100
const MANY = Number(process.env['POSTROOM_BENCH_TICKETS'] ?? 100_000)
const SECOND = 1_000
const FIRST_PAGE_MAX = 100_000
/** How much later a large list may be there than a small one. */
const AS_FAST = 1.2

export async function dashboardRows(servers: Servers): Promise<Row[]> {
  const live = (await liveTimes(MAILS)).toSorted((a, b) => a - b)
  const few = await openings(servers, { tickets: FEW, count: OPENED })
  const many = await openings(servers, { tickets: MANY, count: OPENED })
  return [liveRow(live), signInRow(few.signIn), listRow(few.list, many.list)]
}

const liveRow = (times: readonly number[]): Row => ({
  what: `dashboard, mail from Dovecot's acceptance to the open list, worst of ${times.length}`,
  ours: ms(worst(times)),
  limit: `median ${ms(median(times))}`,
  target: `<= ${SECOND} ms`,
  met: worst(times) <= SECOND,
})

const signInRow = ({ times, bytes }: OpeningTimes): Row => ({
  what: `dashboard, sign-in page on slow 4G, nothing cached, median of ${times.length}`,
  ours: ms(median(times)),
  limit: `worst ${ms(worst(times))}, ${kilobytes(bytes)}`,
  target: `<= ${SECOND} ms and ${kilobytes(FIRST_PAGE_MAX)}`,
  met: median(times) <= SECOND && bytes <= FIRST_PAGE_MAX,
})

const listRow = (few: OpeningTimes, many: OpeningTimes): Row => ({
  what: `dashboard, list of ${MANY} tickets on slow 4G, nothing cached, median of ${many.times.length}`,
  ours: ms(median(many.times)),
  limit: `worst ${ms(worst(many.times))}, ${kilobytes(many.bytes)}; of ${FEW} tickets ${ms(median(few.times))}`,
  target: `<= ${SECOND} ms, and ${AS_FAST} of the small one's`,
  met: median(many.times) <= Math.min(SECOND, AS_FAST * median(few.times)),
})

const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0
const worst = (sorted: readonly number[]): number => sorted.at(-1) ?? 0
const ms = (time: number): string => `${time.toFixed(0)} ms`
const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(0)} kB`
