/** Breaks messages the way transport, bad programs and attackers do: for the fuzzer. */
import fc from 'fast-check'

/** What is put in, over and beside lines. */
const FRAGMENTS = [
  '',
  ' ',
  '--',
  '-- ',
  'Content-Type: multipart/mixed; boundary="b"',
  'Content-Type: multipart/alternative',
  'Content-Type: text/html; charset=utf-7',
  'Content-Type: text/plain; charset="x-none"; format=flowed',
  'Content-Type: message/rfc822',
  'Content-Type: message/delivery-status',
  'Content-Type: application/ms-tnef; name=winmail.dat',
  'Content-Type: application/pkcs7-mime',
  'Content-Type: text/calendar',
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: quoted-printable',
  'Content-Transfer-Encoding: x-uuencode',
  'Content-Disposition: attachment; filename="../../x\u202egpj.exe"',
  'Subject: =?utf-8?b?////?= =?iso-2022-jp?q?=1B=24B?=',
  'From: a@example.org, b@example.org',
  'begin 644 x',
  'BEGIN:VEVENT',
  '> On Monday, Ana wrote:',
  '<blockquote><table><div style="',
  '<!--',
  '\u0000\u001b$B',
  '=',
  'x'.repeat(5_000),
] as const

/** One break, as data, so that fast-check can shrink it; positions are shares of the length. */
export interface Mutation {
  readonly kind:
    | 'drop'
    | 'repeat'
    | 'swap'
    | 'insert'
    | 'replace'
    | 'flip'
    | 'cut'
    | 'join'
    | 'boundary'
  readonly at: number
  readonly to: number
  readonly fragment: number
}

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Mutation['kind'][]>(
      'drop',
      'repeat',
      'swap',
      'insert',
      'replace',
      'flip',
      'cut',
      'join',
      'boundary',
    ),
    at: share,
    to: share,
    fragment: fc.nat(FRAGMENTS.length - 1),
  }),
  { minLength: 1, maxLength: 12 },
)

/** `source` with all the breaks, one after the other. */
export function mutated(source: Buffer, all: readonly Mutation[]): Buffer {
  let lines = source.toString('latin1').split('\n')
  for (const mutation of all) lines = broken(lines, mutation)
  return Buffer.from(lines.join('\n'), 'latin1')
}

function broken(lines: readonly string[], { kind, at, to, fragment }: Mutation): string[] {
  const index = Math.floor(at * lines.length)
  const other = Math.floor(to * lines.length)
  const line = lines[index] ?? ''
  const text = FRAGMENTS[fragment] ?? ''
  const put = (...instead: readonly string[]): string[] => lines.toSpliced(index, 1, ...instead)
  switch (kind) {
    case 'drop':
      return lines.toSpliced(index, 1 + (other % 5))
    case 'repeat':
      return put(...Array.from({ length: 2 + (other % 20) }, () => line))
    case 'swap':
      return put(lines[other] ?? '').with(Math.min(other, lines.length - 1), line)
    case 'insert':
      return put(line, text)
    case 'replace':
      return put(text)
    case 'flip':
      return put(flipped(line, to))
    case 'cut':
      return lines.slice(0, Math.max(3, index))
    case 'join':
      return put(line.trimEnd() + (lines[index + 1] ?? '')).toSpliced(index + 1, 1)
    case 'boundary':
      return lines.map((each) =>
        each.startsWith('--') && to < 0.5 ? `${each.trimEnd()} \t` : each,
      )
  }
}

function flipped(line: string, where: number): string {
  const at = Math.floor(where * line.length)
  const code = (line.charCodeAt(at) ^ (1 << (at % 8))) & 0xff
  return line === '' ? line : line.slice(0, at) + String.fromCharCode(code) + line.slice(at + 1)
}
