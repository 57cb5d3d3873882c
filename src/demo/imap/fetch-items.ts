/** The data items of FETCH (RFC 9051 §6.4.5) and their answers for one message. */
import type { StoredMessage } from './accounts.ts'
import { formatDateTime } from './dates.ts'
import { bodyStructureOf, envelopeOf, quoted } from './describe.ts'
import type { MimePart } from './mime-tree.ts'
import { headerFields, mimeOf } from './mime-tree.ts'
import type { Token } from './tokens.ts'
import { BadCommand, textOf } from './tokens.ts'

/** A response under construction: text, or bytes that travel as a literal. */
export type Part = string | Buffer | null

const MACROS: Readonly<Record<string, readonly string[]>> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
}

const BODY_ITEM = /^BODY(?:\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?$/i

/** The names a client asked for, macros resolved; UID FETCH always answers the UID, too. */
export function parseFetchItems(token: Token | undefined, byUid: boolean): string[] {
  const names = token?.kind === 'list' ? token.items.map(textOf) : [textOf(token)]
  const items = names.flatMap((name) => MACROS[name.toUpperCase()] ?? [name])
  const hasUid = items.some((name) => name.toUpperCase() === 'UID')
  return byUid && !hasUid ? ['UID', ...items] : items
}

/** Reading a body without PEEK marks the message as seen (RFC 9051 §6.4.5). */
export const marksSeen = (item: string): boolean => /^(BODY\[|RFC822$|RFC822\.TEXT$)/i.test(item)

export function answerFetch(message: StoredMessage, items: readonly string[]): Part[] {
  return items.flatMap((item, index) => [index === 0 ? '' : ' ', ...answerItem(message, item)])
}

export const flagsOf = (message: StoredMessage): string => `(${[...message.flags].join(' ')})`

function answerItem(message: StoredMessage, item: string): Part[] {
  const name = item.toUpperCase()
  const tree = (): MimePart => mimeOf(message.source)
  switch (name) {
    case 'UID':
      return [`UID ${message.uid}`]
    case 'FLAGS':
      return [`FLAGS ${flagsOf(message)}`]
    case 'INTERNALDATE':
      return [`INTERNALDATE ${quoted(formatDateTime(message.internalDate))}`]
    case 'RFC822.SIZE':
      return [`RFC822.SIZE ${message.source.length}`]
    case 'ENVELOPE':
      return [`ENVELOPE ${envelopeOf(tree())}`]
    case 'BODYSTRUCTURE':
    case 'BODY':
      return [`${name} ${bodyStructureOf(tree())}`]
    case 'RFC822':
      return ['RFC822 ', message.source]
    case 'RFC822.HEADER':
      return ['RFC822.HEADER ', tree().headerBytes]
    case 'RFC822.TEXT':
      return ['RFC822.TEXT ', tree().body]
    default:
      return answerBody(message, item)
  }
}

function answerBody(message: StoredMessage, item: string): Part[] {
  const [matched, section = '', offset, length] = BODY_ITEM.exec(item) ?? []
  if (matched === undefined) throw new BadCommand(`Unknown fetch item ${item}`)
  const bytes = section === '' ? message.source : sectionOf(mimeOf(message.source), section)
  if (offset === undefined) return [`BODY[${section}] `, bytes]
  const start = Number(offset)
  const partial = bytes?.subarray(start, start + Number(length)) ?? null
  return [`BODY[${section}]<${start}> `, partial]
}

/** `HEADER.FIELDS (From To)`, `TEXT`, `1.2`, `1.2.MIME`; null when there is no such part. */
function sectionOf(tree: MimePart, section: string): Buffer | null {
  const [, numbers = '', what = ''] = /^([\d.]*?)\.?([A-Za-z].*)?$/.exec(section) ?? []
  let part: MimePart | undefined = tree
  for (const number of numbers.split('.').filter((text) => text !== '')) {
    const isLeaf: boolean = part !== undefined && part.parts.length === 0 && number === '1'
    if (!isLeaf) part = part?.parts[Number(number) - 1]
  }
  if (part === undefined) return null
  const keyword = what.split(' ')[0]?.toUpperCase() ?? ''
  if (keyword === '' || keyword === 'TEXT') return part.body
  if (keyword === 'HEADER' || keyword === 'MIME') return part.headerBytes
  return pickHeaders(part, what)
}

function pickHeaders(part: MimePart, what: string): Buffer {
  const [, not, names = ''] = /^HEADER\.FIELDS(\.NOT)? \(([^)]*)\)$/i.exec(what) ?? []
  const wanted = names.toLowerCase().replaceAll('"', '').split(' ')
  const picked = headerFields(part.headerBytes).filter((field) => {
    const name = field.slice(0, field.indexOf(':')).toLowerCase()
    return wanted.includes(name) === (not === undefined)
  })
  return Buffer.from([...picked, '', ''].join('\r\n'), 'latin1')
}
