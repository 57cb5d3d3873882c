/**
 * The Date header (RFC 5322 §3.3 and §4.3), without the guessing of Date.parse: what cannot be
 * read is null, so that nobody mistakes "now" for what the sender wrote.
 */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** RFC 5322 §4.3, minutes east of Greenwich. */
const ZONES: Readonly<Record<string, number>> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  bst: 60,
  cet: 60,
  cest: 120,
  jst: 540,
  msk: 180,
}

const RFC5322 =
  /^(?:[a-z]{2,9}\.?,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]{0,6}\.?,?[\s-]+(\d{2,4})\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d{1,9})?\s*([+-]\s?\d{2}:?\d{2}|[a-z]{1,5})?/i
/** ctime(3), as some programs write it: `Thu Jan  1 10:00:00 [UTC] 2026`. */
const CTIME =
  /^[a-z]{3},?\s+([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+(?:([a-z]{1,5}|[+-]\d{4})\s+)?(\d{4})/i
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,9})?\s*(z|[+-]\d{2}:?\d{2})?/i

/** RFC 3339 in UTC, or null. Years outside of 1970-2200 are no dates of mails. */
export function parseDate(header: string | null): string | null {
  const text = (header ?? '')
    .slice(0, 200)
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const a = RFC5322.exec(text)
  if (a !== null) return build([a[3], month(a[2]), a[1], a[4], a[5], a[6]], a[7])
  const b = CTIME.exec(text)
  if (b !== null) return build([b[7], month(b[1]), b[2], b[3], b[4], b[5]], b[6])
  const c = ISO.exec(text)
  if (c !== null) return build([c[1], Number(c[2]) - 1, c[3], c[4], c[5], c[6]], c[7])
  return null
}

function month(name: string | undefined): number {
  return MONTHS.indexOf((name ?? '').toLowerCase())
}

function build(
  parts: readonly (string | number | undefined)[],
  zone: string | undefined,
): string | null {
  const [year = 0, monthIndex = -1, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) =>
    Number(part ?? 0),
  )
  const offset = offsetOf(zone)
  const valid =
    monthIndex >= 0 &&
    monthIndex < 12 &&
    day >= 1 &&
    day <= 31 &&
    hour < 24 &&
    minute < 60 &&
    second <= 60
  if (!valid || offset === null) return null
  const time = Date.UTC(fullYear(year), monthIndex, day, hour, minute, second) - offset * 60_000
  const date = new Date(time)
  const readable = date.getUTCFullYear() >= 1970 && date.getUTCFullYear() <= 2200
  return readable ? date.toISOString().replace('.000Z', 'Z') : null
}

/** RFC 5322 §4.3: two digits below 50 are 20xx, three digits count from 1900. */
function fullYear(year: number): number {
  if (year < 50) return 2000 + year
  return year < 1000 ? 1900 + year : year
}

/** An unknown zone name counts as UTC (RFC 5322 §4.3); an impossible number is unreadable. */
function offsetOf(zone: string | undefined): number | null {
  const numeric = /^([+-])\s?(\d{2}):?(\d{2})$/.exec(zone ?? '')
  if (numeric === null) return ZONES[(zone ?? 'z').toLowerCase()] ?? 0
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3])
  if (minutes > 15 * 60) return null
  return numeric[1] === '-' ? -minutes : minutes
}
