/**
 * Mails like those a support inbox gets, the same ones for the same seed: requests and replies,
 * plain, alternative and with attachments, in several charsets, sizes log-normal around 15 KB.
 */

const WORDS =
  'the printer does not answer since this morning please help me log in invoice order number account password reset error page loading slowly update version customer shipment refund late again thanks urgent network screen blue'.split(
    ' ',
  )

export interface BenchMail {
  readonly from: string
  readonly source: Buffer
}

/** A small generator with a seed (mulberry32): benchmarks must see the same mails each time. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Somebody who writes. */
export interface Writer {
  readonly name: string
  readonly address: string
  /** The Message-ID of what he answers; without it he begins something new. */
  readonly inReplyTo?: string
}

const customer = (_: unknown, person: number): Writer => ({
  name: `Customer ${person}`,
  address: `customer${person}@example.org`,
})
const CUSTOMERS = Array.from({ length: 200 }, customer)

export interface Correspondence {
  readonly count: number
  readonly seed?: number
  /** Distinguishes mails that are alike but for their Message-ID: those of another time. */
  readonly name?: string
  readonly writers?: readonly Writer[]
}

export function mails({ count, seed = 1, name, writers = CUSTOMERS }: Correspondence): BenchMail[] {
  const random = randomFrom(seed)
  return Array.from({ length: count }, (_, index) =>
    oneMail(`${name ?? seed}-${index}`, writers, random),
  )
}

function oneMail(name: string, writers: readonly Writer[], random: () => number): BenchMail {
  const writer = writers[Math.floor(random() * writers.length)]
  if (writer === undefined) throw new Error('nobody writes')
  const { address: from, inReplyTo } = writer
  const bytes = Math.min(1_500_000, Math.round(15_000 * Math.exp(gauss(random) * 1.1)))
  const head = [
    `From: ${writer.name} <${from}>`,
    'To: support@acme.test',
    `Subject: Request ${name}: ${prose(40, random)}`,
    `Message-ID: <bench-${name}@example.org>`,
    ...(inReplyTo === undefined ? [] : [`In-Reply-To: <${inReplyTo}>`]),
    `Date: ${new Date(1_790_000_000_000).toUTCString()}`,
    'MIME-Version: 1.0',
  ]
  const body = random() < 0.35 ? withAttachment(bytes, random) : alternative(bytes, random)
  return { from, source: Buffer.from([...head, body].join('\r\n'), 'utf8') }
}

/** Box and Muller: normally distributed, mean 0, deviation 1. */
const gauss = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

function prose(length: number, random: () => number): string {
  let text = ''
  while (text.length < length) text += `${WORDS[Math.floor(random() * WORDS.length)] ?? ''} `
  return text.trim()
}

function lines(bytes: number, random: () => number): string {
  const out: string[] = []
  for (let size = 0; size < bytes; size += 72) out.push(prose(66, random))
  return out.join('\r\n')
}

function alternative(bytes: number, random: () => number): string {
  const text = lines(Math.min(bytes / 3, 20_000), random)
  const html = `<html><body>${text
    .split('\r\n')
    .map((line) => `<p style="margin:0">${line}</p>`)
    .join('\r\n')}</body></html>`
  return [
    'Content-Type: multipart/alternative; boundary="bench-a"',
    '',
    '--bench-a',
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    '--bench-a',
    'Content-Type: text/html; charset=utf-8',
    '',
    html,
    '--bench-a--',
    '',
  ].join('\r\n')
}

function withAttachment(bytes: number, random: () => number): string {
  const base64 = Buffer.from(lines(bytes * 0.7, random))
    .toString('base64')
    .replace(/.{76}/g, '$&\r\n')
  return [
    'Content-Type: multipart/mixed; boundary="bench-m"',
    '',
    '--bench-m',
    'Content-Type: text/plain; charset=iso-8859-1',
    '',
    lines(600, random),
    '--bench-m',
    'Content-Type: application/pdf; name="report.pdf"',
    'Content-Disposition: attachment; filename="report.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    base64,
    '--bench-m--',
    '',
  ].join('\r\n')
}
