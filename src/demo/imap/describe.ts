/** ENVELOPE and BODYSTRUCTURE of a message as IMAP text (RFC 9051 §7.5.2). */
import type { MimePart } from './mime-tree.ts'
import { headerOf, parseParameters } from './mime-tree.ts'

export function quoted(text: string | null | undefined): string {
  if (text === null || text === undefined) return 'NIL'
  return `"${text.replace(/[\r\n]/g, ' ').replace(/["\\]/g, '\\$&')}"`
}

export function envelopeOf(message: MimePart): string {
  const addresses = (name: string): string => addressList(headerOf(message, name))
  const from = addresses('from')
  // RFC 9051 §7.5.2: a missing Sender or Reply-To is shown as From.
  const orFrom = (list: string): string => (list === 'NIL' ? from : list)
  const fields = [
    quoted(headerOf(message, 'date')),
    quoted(headerOf(message, 'subject')),
    from,
    orFrom(addresses('sender')),
    orFrom(addresses('reply-to')),
    addresses('to'),
    addresses('cc'),
    addresses('bcc'),
    quoted(headerOf(message, 'in-reply-to')),
    quoted(headerOf(message, 'message-id')),
  ]
  return `(${fields.join(' ')})`
}

function addressList(header: string | null): string {
  const addresses = splitAddresses(header ?? '')
    .map(address)
    .filter((text) => text !== null)
  return addresses.length === 0 ? 'NIL' : `(${addresses.join('')})`
}

/** Commas inside quotes and angle brackets separate nothing. */
function splitAddresses(header: string): string[] {
  const found = ['']
  let quotes = false
  let brackets = false
  for (const char of header) {
    if (char === '"') quotes = !quotes
    if (!quotes && (char === '<' || char === '>')) brackets = char === '<'
    if (char === ',' && !quotes && !brackets) found.push('')
    else found.push((found.pop() ?? '') + char)
  }
  return found
}

function address(text: string): string | null {
  const open = text.lastIndexOf('<')
  const close = text.indexOf('>', open)
  const bracketed = open >= 0 && close > open
  const spec = (bracketed ? text.slice(open + 1, close) : text).trim()
  const at = spec.lastIndexOf('@')
  if (at < 0) return null
  const name = bracketed ? text.slice(0, open).trim().replace(/^"|"$/g, '') : ''
  const words = [name === '' ? null : name, null, spec.slice(0, at), spec.slice(at + 1)]
  return `(${words.map(quoted).join(' ')})`
}

export function bodyStructureOf(part: MimePart): string {
  const [type = 'text', subtype = 'plain'] = part.type.split('/')
  if (part.parts.length > 0) {
    const extension = `${parameterList(part.parameters)} NIL NIL NIL`
    return `(${part.parts.map(bodyStructureOf).join('')} ${quoted(subtype)} ${extension})`
  }
  const fields = [
    quoted(type),
    quoted(subtype),
    parameterList(part.parameters),
    quoted(headerOf(part, 'content-id')),
    quoted(headerOf(part, 'content-description')),
    quoted(headerOf(part, 'content-transfer-encoding') ?? '7bit'),
    String(part.body.length),
  ]
  if (type === 'text') fields.push(String(part.body.toString('latin1').split('\n').length - 1))
  fields.push('NIL', dispositionOf(part), 'NIL', 'NIL')
  return `(${fields.join(' ')})`
}

function dispositionOf(part: MimePart): string {
  const header = headerOf(part, 'content-disposition')
  if (header === null) return 'NIL'
  const { value, parameters } = parseParameters(header)
  return `(${quoted(value)} ${parameterList(parameters)})`
}

function parameterList(parameters: ReadonlyMap<string, string>): string {
  if (parameters.size === 0) return 'NIL'
  return `(${[...parameters].flat().map(quoted).join(' ')})`
}
