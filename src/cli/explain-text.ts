/**
 * An explanation for people at a terminal: the verdict and the rules that fired, who wrote, what
 * was folded and why. It has every fact of the JSON; only long texts are shortened.
 */
import type { ExplainedAddress, ExplainedAttachment, Explanation } from '../inbound/explanation.ts'
import { foldReason, signatureReason } from '../mail/fold-reasons.ts'

/** Longer texts are shortened here; `--json` has all of it. */
const TEXT_LENGTH_SHOWN = 2_000

export function explanationText(explanation: Explanation, file: string): string {
  const lines = [
    file,
    ...verdictLines(explanation),
    ...senderLines(explanation),
    field('Subject', explanation.subject),
    field('Date', explanation.date),
    field('Language', explanation.language ?? 'not sure'),
    ...threadingLines(explanation),
    ...deskLines(explanation),
    field('Authentication', authenticationText(explanation)),
    field('Commands', explanation.commands.join(', ')),
    ...explanation.attachments.flatMap(attachmentLines),
    ...bounceLines(explanation),
    ...forwardLines(explanation),
    ...explanation.problems.map((problem) => field('Problem', problem)),
    ...textLines(explanation),
  ]
  return visible(lines.filter((line) => line !== null).join('\n'))
}

type Line = string | null

function field(label: string, value: string | null): Line {
  if (value === null || value === '') return null
  return `  ${label.padEnd(15)} ${value}`
}

function verdictLines({ verdict, verdict_reasons: reasons, answerable }: Explanation): Line[] {
  return [
    field('Verdict', verdict),
    ...reasons.map((reason) => field('', `because: ${reason}`)),
    field('Answered', answerable ? 'may be answered automatically' : 'never automatically'),
  ]
}

function senderLines(explanation: Explanation): Line[] {
  const list = (addresses: readonly ExplainedAddress[]): string =>
    addresses.map(addressText).join(', ')
  return [
    field('From', addressText(explanation.from) || 'nobody we could write to'),
    field('Sender', addressText(explanation.sender)),
    field('Reply-To', list(explanation.reply_to)),
    field('To', list(explanation.to)),
    field('Cc', list(explanation.cc)),
  ]
}

function addressText(address: ExplainedAddress | null): string {
  if (address === null) return ''
  const { name } = address
  return name === null ? (address.address ?? '') : `${name} <${address.address ?? ''}>`
}

/** What a desk that was asked says. */
function deskLines({ threading = [], decision }: Explanation): Line[] {
  return [
    ...threading.map(({ hint, strength, ticketId, accepted, because }) =>
      field(
        'Names',
        `ticket ${ticketId} by ${hint} (${strength}): ${accepted ? 'counts' : 'does not count'}, ${because}`,
      ),
    ),
    ...(decision === undefined
      ? []
      : [
          field('The desk would', `${decision.do.replaceAll('_', ' ')}: ${decision.because}`),
          field('Identity', decision.proven ? 'proven' : 'not proven: a claim'),
        ]),
  ]
}

function threadingLines(explanation: Explanation): Line[] {
  const { verdict, reply_token: token, subject_tag: tag } = explanation
  const { references, in_reply_to: parents } = explanation
  const evidence = [
    field('Token', token === null ? null : `${token} (proof, if it verifies)`),
    field('Subject tag', tag === null ? null : `#${tag} (a claim)`),
    ...listed('In-Reply-To', parents),
    ...listed('References', references),
  ].filter((line) => line !== null)
  return [
    field('Message-ID', explanation.message_id),
    ...(evidence.length === 0
      ? [field('Threading', `nothing names a ticket${verdict === 'person' ? ': opens one' : ''}`)]
      : evidence),
  ]
}

/** One per line, the label once. */
const listed = (label: string, values: readonly string[]): Line[] =>
  values.map((value, index) => field(index === 0 ? label : '', value))

function authenticationText({ authentication }: Explanation): string {
  const { source, spf, dkim, dmarc, aligned } = authentication
  if (source === null) return 'no result of a server we believe'
  const results = `spf ${spf ?? 'none'}, dkim ${dkim ?? 'none'}, dmarc ${dmarc ?? 'none'}`
  return `${results} (${source}); ${aligned ? 'aligned with the sender' : 'not aligned with the sender'}`
}

function attachmentLines(attachment: ExplainedAttachment): Line[] {
  const { filename, content_type: type, size, sha256, inline, content_id: id } = attachment
  const place = inline ? `, shown within the text${id === null ? '' : ` as ${id}`}` : ''
  return [
    field('Attachment', `${filename ?? 'without a name'} (${type}, ${size} bytes${place})`),
    field('', `sha256 ${sha256}`),
    field('', inline || id === null ? null : `content id ${id}`),
  ]
}

function bounceLines({ bounce }: Explanation): Line[] {
  if (bounce === null) return []
  const recipients = bounce.recipients.flatMap((recipient) => {
    const { address, status, action, reason, permanent, diagnostic } = recipient
    const facts = [action, status, reason, permanent ? 'permanent' : 'may pass']
    return [
      field('Recipient', `${address}: ${facts.filter((fact) => fact !== null).join(', ')}`),
      field('', diagnostic === null ? null : `said: ${diagnostic}`),
    ]
  })
  return [...recipients, field('Our mail was', bounce.original_message_id)]
}

function forwardLines({ forwarded }: Explanation): Line[] {
  if (forwarded === null) return []
  return [
    field('Forwarded from', addressText(forwarded.from) || 'somebody it does not name'),
    field('', forwarded.subject),
    field('', forwarded.date),
    ...block('Note of the forwarder', forwarded.note),
    ...block('Forwarded text', forwarded.text),
    '',
  ]
}

function textLines(explanation: Explanation): Line[] {
  const { reply_text: reply, quoted_text: quoted, signature_text: signature } = explanation
  const html = explanation.html ?? ''
  const nothing = quoted === null && signature === null
  return [
    ...block(nothing ? 'Text, all of it new' : 'New text', reply),
    ...block(`Folded as quotation: ${foldReason(quoted ?? '')}`, quoted),
    ...block(`Folded as signature: ${signatureReason(signature ?? '')}`, signature),
    '',
    field('Kept', `the full text, ${explanation.full_text.length} characters`),
    field('', html === '' ? null : `its HTML, sanitised, ${html.length} characters`),
  ]
}

function block(label: string, text: string | null): Line[] {
  if (text === null || text === '') return []
  const shown = text.slice(0, TEXT_LENGTH_SHOWN)
  const count = text.split('\n').length
  const more =
    text.length > shown.length ? [`    ... ${text.length - shown.length} characters more`] : []
  return [
    '',
    `  ${label} (${count} ${count === 1 ? 'line' : 'lines'}):`,
    ...shown.split('\n').map((line) => `    ${line}`),
    ...more,
  ]
}

/** A mail must not be able to move the cursor, colour the screen or reorder what is read. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
