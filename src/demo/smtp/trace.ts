/**
 * The headers a real mail server puts above a message when it delivers it (RFC 5321 §4.4), and
 * its opinion about the sender (RFC 8601).
 */
import { headerFields } from '../imap/mime-tree.ts'

export interface Trace {
  /** Name of the server, also its authserv-id. */
  serverName: string
  clientName: string
  clientAddress: string
  /** `ESMTPA` and so on. */
  protocol: string
  id: string
  mailFrom: string
  recipient: string
  at: Date
  /** Domain of the account that logged in, or null. */
  authenticatedDomain: string | null
}

/** The message as it lies in the mailbox of `recipient`. */
export function withTrace(source: Buffer, trace: Trace): Buffer {
  const { headers, rest } = splitHeaders(source)
  // RFC 8601 §5: what claims to be our own verdict and came from outside is removed.
  const kept = headers.filter((field) => !claimsOurVerdict(field, trace.serverName))
  const received =
    `Received: from ${trace.clientName} ([${trace.clientAddress}])\r\n` +
    `\tby ${trace.serverName} with ${trace.protocol} id ${trace.id}\r\n` +
    `\tfor <${trace.recipient}>; ${formatDate(trace.at)}`
  const added = [
    `Return-Path: <${trace.mailFrom}>`,
    `Delivered-To: ${trace.recipient}`,
    received,
    authenticationResults(kept, trace),
  ]
  return Buffer.concat([Buffer.from([...added, ...kept, ''].join('\r\n'), 'latin1'), rest])
}

function splitHeaders(source: Buffer): { headers: string[]; rest: Buffer } {
  const end = source.indexOf('\r\n\r\n')
  const bodyStart = end < 0 ? source.length : end + 2
  return { headers: headerFields(source.subarray(0, bodyStart)), rest: source.subarray(bodyStart) }
}

function claimsOurVerdict(field: string, serverName: string): boolean {
  const [name = '', ...value] = field.split(':')
  const authServId = value.join(':').trim().split(/[;\s]/, 1)[0] ?? ''
  return name.toLowerCase() === 'authentication-results' && authServId === serverName
}

/** On this tiny internet a domain's mail is aligned when its own account handed it in. */
function authenticationResults(headers: readonly string[], trace: Trace): string {
  const from = headers.filter((field) => /^from:/i.test(field)).join(' ')
  const fromDomain = /@([\w.-]+)(?!.*@)/s.exec(from)?.[1]?.toLowerCase() ?? 'unknown.invalid'
  const verdict = fromDomain === trace.authenticatedDomain ? 'pass' : 'fail'
  return (
    `Authentication-Results: ${trace.serverName};\r\n` +
    `\tspf=${verdict} smtp.mailfrom=${trace.mailFrom === '' ? trace.clientName : trace.mailFrom};\r\n` +
    `\tdkim=none; dmarc=${verdict} header.from=${fromDomain}`
  )
}

/** RFC 5322 §3.3. */
export const formatDate = (at: Date): string => at.toUTCString().replace('GMT', '+0000')
