/**
 * The header block we hand to mailparser: only the MIME headers of the message, repaired where
 * their boundary cannot be right. Everything else of the header stays with our own scan, so no
 * header of a stranger ever costs the library anything.
 */
import type { Header } from '../../mail/message.ts'
import { headerOf } from '../../mail/message.ts'
import { parseParameters } from '../../mail/parameters.ts'
import { boundariesIn } from './boundaries.ts'
import type { Source } from './source.ts'

export interface MimeHead {
  /** Raw values by lower-case name, bytes as Latin-1. */
  readonly headers: ReadonlyMap<string, string>
  /** The same as a header block that ends with an empty line. */
  readonly bytes: Buffer
  readonly isMultipart: boolean
  /** Is this the boundary of a line of the message? Of a long message nobody knows: true. */
  occurs(boundary: string): boolean
  readonly problems: readonly string[]
}

const PASSED_ON = ['content-transfer-encoding', 'content-disposition', 'content-id']

export function mimeHead(source: Source, headers: readonly Header[], bodyStart: number): MimeHead {
  const problems: string[] = []
  const body = source.head.subarray(bodyStart)
  let known: ReadonlySet<string> | null | undefined
  const occurs = (boundary: string): boolean => {
    if (known === undefined) known = source.whole ? boundariesIn(body) : null
    return known === null || known.has(boundary)
  }
  const type = contentType(headers, body, occurs, problems)
  const isMultipart = /^multipart\//i.test(type ?? '')
  const values = new Map(type === null ? [] : [['content-type', rawOf(type)]])
  for (const name of PASSED_ON) {
    const value = headerOf({ headers }, name)
    // A transfer encoding of a multipart is not allowed (RFC 2045 §6.4) and sometimes a lie.
    if (value !== null && !(isMultipart && name === 'content-transfer-encoding')) {
      values.set(name, rawOf(value.slice(0, 2_000)))
    }
  }
  const lines = [...values].map(([name, value]) => `${name}: ${value}`)
  const bytes = Buffer.from([...lines, '', ''].join('\r\n'), 'latin1')
  return { headers: values, bytes, isMultipart, occurs, problems }
}

const rawOf = (value: string): string => Buffer.from(value, 'utf8').toString('latin1')

function contentType(
  headers: readonly Header[],
  body: Buffer,
  occurs: MimeHead['occurs'],
  problems: string[],
): string | null {
  const value = headerOf({ headers }, 'content-type')
  if (value === null) return null
  const { value: type, params } = parseParameters(value)
  if (!type.startsWith('multipart/')) return value.slice(0, 8_000)
  const declared = (params.get('boundary') ?? '').trimEnd()
  if (declared !== '' && occurs(declared)) return multipart(type, declared)
  const found = sniffBoundary(body)
  if (found === null) {
    problems.push('a multipart message without its boundary, shown as text')
    return 'text/plain'
  }
  problems.push('the boundary of the message is not the declared one')
  return multipart(type, found)
}

const multipart = (type: string, boundary: string): string =>
  `${type}; boundary="${boundary.replace(/["\\]/g, '\\$&')}"`

/** A line `--x` directly followed by a Content- header shows what the boundary is. */
function sniffBoundary(body: Buffer): string | null {
  const text = body.toString('latin1', 0, 200_000)
  const found = /^--([^\s].{0,200}?)[ \t]*\r?\n(?=content-[a-z-]{2,30}:)/im.exec(text)
  return found?.[1] ?? null
}
