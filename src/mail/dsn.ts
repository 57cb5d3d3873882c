/**
 * Delivery status notifications: the machine-readable part (RFC 3464), and what it says about
 * each recipient, with RFC 3463 status codes.
 */
import { parseAddress } from './address.ts'
import type { Address } from './address.ts'
import { cleanLine } from './clean-text.ts'
import { decodeWords } from './encoded-word.ts'
import { reasonOf, statusFromText, tellsMore, writtenStatus } from './bounce-reasons.ts'
import type { BouncedRecipient } from './message.ts'

export type Fields = ReadonlyMap<string, string>

/** RFC 3464 §2.1: groups of fields, the first about the message, each other about one recipient. */
export function parseFieldGroups(text: string): Fields[] {
  const groups: Map<string, string>[] = []
  let group: Map<string, string> | null = null
  let name = ''
  for (const line of text.slice(0, 500_000).split('\n')) {
    if (line.trim() === '') {
      group = null
      continue
    }
    if (/^[ \t]/.test(line) && group !== null) {
      group.set(name, `${group.get(name) ?? ''} ${line.trim()}`)
      continue
    }
    const colon = line.indexOf(':')
    if (colon <= 0 || colon > 80) continue
    if (group === null) {
      group = new Map()
      groups.push(group)
    }
    name = line.slice(0, colon).trim().toLowerCase()
    if (!group.has(name)) group.set(name, line.slice(colon + 1).trim())
  }
  return groups
}

/** Recipients one notification may name. */
const RECIPIENTS_MAX = 500

/** RFC 3464 §2.3: the recipients of a message/delivery-status part. */
export function recipientsOf(groups: readonly Fields[]): BouncedRecipient[] {
  return groups
    .filter(
      (group) =>
        group.has('final-recipient') || group.has('original-recipient') || group.has('action'),
    )
    .slice(0, RECIPIENTS_MAX)
    .flatMap((group) => {
      const recipient = recipientOf(group)
      return recipient === null ? [] : [recipient]
    })
}

function recipientOf(group: Fields): BouncedRecipient | null {
  // RFC 3464 §2.3.1: what the sender wrote is what we know; the final one may be a mailbox name.
  const address =
    typedAddress(group.get('original-recipient')) ??
    typedAddress(group.get('final-recipient')) ??
    typedAddress(group.get('x-actual-recipient'))
  if (address === null) return null
  const diagnostic = typedText(group.get('diagnostic-code'))
  const action = actionOf(group)
  return describeRecipient(address, {
    action,
    status: statusOf(group.get('status') ?? ''),
    diagnostic,
  })
}

export interface Evidence {
  readonly action: string | null
  readonly status: string | null
  readonly diagnostic: string | null
}

/** Completes what was found about one recipient: status, whether it is permanent, the reason. */
export function describeRecipient(address: Address, evidence: Evidence): BouncedRecipient {
  const { action, diagnostic } = evidence
  const status = statusBy(evidence)
  const permanent = action === 'failed' && !(status ?? '5').startsWith('4')
  return { address, status, action, diagnostic, permanent, reason: reasonOf(status, diagnostic) }
}

/** RFC 3463 §3.1: a failure, or a delay, of which nothing else is known. */
const UNDEFINED_STATUS: Readonly<Record<string, string>> = { failed: '5.0.0', delayed: '4.0.0' }

/**
 * The declared status, unless the server's own words in the diagnostic carry a more telling one of
 * the same class, or the declared one is a translation of its reply. Words alone never overrule a
 * declared status: they give the reason.
 */
function statusBy({ action, status: declared, diagnostic }: Evidence): string | null {
  if (declared === null) {
    const derived = diagnostic === null ? null : statusFromText(diagnostic)
    return derived ?? UNDEFINED_STATUS[action ?? ''] ?? null
  }
  const written = diagnostic === null ? null : writtenStatus(diagnostic)
  if (diagnostic === null || written === null) return declared
  // The class is the declared one: temporary stays temporary.
  if (written.charAt(0) !== declared.charAt(0)) return declared
  const better = tellsMore(written, declared)
  const translated = isServersReply(diagnostic) && !tellsMore(declared, written)
  return better || translated ? written : declared
}

/** RFC 3464 §2.3.6: the other server's own reply; some systems translate it into a coarser status. */
const isServersReply = (diagnostic: string): boolean =>
  /^\s{0,3}[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\s/.test(diagnostic)

/** RFC 3463 §2: class.subject.detail, possibly followed by text. */
export function statusOf(text: string): string | null {
  const found = /(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)/.exec(text.slice(0, 2_000))
  return found === null ? null : `${found[1]}.${Number(found[2])}.${Number(found[3])}`
}

/** RFC 3464 §2.3.2: `rfc822; address`, perhaps in angle brackets or with a comment. */
function typedAddress(value: string | undefined): Address | null {
  if (value === undefined) return null
  const text = decodeWords(value).slice(value.indexOf(';') + 1)
  const plain = text
    .replace(/\([^()]*\)/g, '')
    .replace(/[<>"]/g, '')
    .trim()
  return (
    parseAddress(plain) ??
    parseAddress(plain.split(/[\s,;]/).find((word) => word.includes('@')) ?? '')
  )
}

/** Diagnostic text kept; enough to understand, never a second mail. */
const DIAGNOSTIC_LENGTH_MAX = 1_000

export function typedText(value: string | undefined): string | null {
  if (value === undefined) return null
  const text = cleanLine(
    decodeWords(value.replace(/^\s*[\w-]{1,30}\s*;/, '')),
    DIAGNOSTIC_LENGTH_MAX,
  )
  return text === '' ? null : text
}

const ACTIONS = new Set(['failed', 'delayed', 'delivered', 'relayed', 'expanded'])

/** RFC 3464 §2.3.3; words of one's own ("error") mean a failure unless the status says 2 or 4. */
function actionOf(group: Fields): string {
  const word = /^\s*([a-z]{1,20})/i.exec(group.get('action') ?? '')?.[1]?.toLowerCase() ?? ''
  if (ACTIONS.has(word)) return word
  const status = statusOf(group.get('status') ?? '')
  if (status?.startsWith('2') === true) return 'delivered'
  return status?.startsWith('4') === true && word !== '' ? 'delayed' : 'failed'
}
