/** An explanation for people at a terminal: who wrote, what the verdict is and why, what was cut. */
import type { ExplainedAddress, Explanation } from '../inbound/explanation.ts'

/** Longer texts are shortened here; `--json` has all of it. */
const TEXT_LENGTH_SHOWN = 2_000

export function explanationText(explanation: Explanation, file: string): string {
  const lines = [
    file,
    field(
      'Verdict',
      `${explanation.verdict}${explanation.answerable ? '' : ', never answered automatically'}`,
    ),
    ...explanation.verdict_reasons.map((reason) => field('', reason)),
    field('From', addressText(explanation.from) || 'nobody we could write to'),
    field('To', explanation.to.map(addressText).join(', ')),
    field('Cc', explanation.cc.map(addressText).join(', ')),
    field('Subject', explanation.subject),
    field('Date', explanation.date),
    field('Message-ID', explanation.message_id),
    field('Threading', threadingText(explanation)),
    field('Authentication', authenticationText(explanation)),
    field('Language', explanation.language),
    ...explanation.attachments.map(({ filename, content_type: type, size }) =>
      field('Attachment', `${filename ?? 'without a name'} (${type}, ${size} bytes)`),
    ),
    ...bounceLines(explanation),
    ...forwardLines(explanation),
    ...explanation.problems.map((problem) => field('Problem', problem)),
    ...block('New text', explanation.reply_text),
    ...block('Quoted (folded)', explanation.quoted_text),
    ...block('Signature (folded)', explanation.signature_text),
  ]
  return visible(lines.filter((line) => line !== null).join('\n'))
}

function field(label: string, value: string | null): string | null {
  if (value === null || value === '') return null
  return `  ${label.padEnd(15)} ${value}`
}

function addressText(address: ExplainedAddress | null): string {
  if (address === null) return ''
  const { name } = address
  return name === null ? (address.address ?? '') : `${name} <${address.address ?? ''}>`
}

function threadingText({ reply_token: token, subject_tag: tag, references }: Explanation): string {
  const evidence = [
    token === null ? null : `token ${token} (proof, if it verifies)`,
    tag === null ? null : `subject tag #${tag} (a claim)`,
    references.length === 0 ? null : `${references.length} references`,
  ].filter((piece) => piece !== null)
  return evidence.length === 0 ? 'none: opens a ticket' : evidence.join(', ')
}

function authenticationText({ authentication }: Explanation): string {
  const { source, spf, dkim, dmarc, aligned } = authentication
  if (source === null) return 'no result of a server we believe'
  const results = `spf ${spf ?? 'none'}, dkim ${dkim ?? 'none'}, dmarc ${dmarc ?? 'none'}`
  return `${results} (${source}); ${aligned ? 'aligned with the sender' : 'not aligned with the sender'}`
}

function bounceLines({ bounce }: Explanation): (string | null)[] {
  if (bounce === null) return []
  return bounce.recipients.map(({ address, status, reason, permanent }) =>
    field(
      'Failed',
      `${address} ${status ?? ''} ${reason ?? ''} ${permanent ? '(permanent)' : '(temporary)'}`.replace(
        / {2,}/g,
        ' ',
      ),
    ),
  )
}

function forwardLines({ forwarded }: Explanation): (string | null)[] {
  if (forwarded === null) return []
  return [field('Forwarded from', addressText(forwarded.from)), field('', forwarded.subject)]
}

function block(label: string, text: string | null): string[] {
  if (text === null || text === '') return []
  const shown = text.slice(0, TEXT_LENGTH_SHOWN)
  const more =
    text.length > shown.length ? [`    ... ${text.length - shown.length} characters more`] : []
  return ['', `  ${label}:`, ...shown.split('\n').map((line) => `    ${line}`), ...more]
}

/** A mail must not be able to move the cursor, colour the screen or reorder what is read. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
