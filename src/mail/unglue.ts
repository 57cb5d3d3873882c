/**
 * Some clients lose the line ends around what they quote: Yahoo writes "----- Forwarded Message
 * ----- From: ...To: ...Subject: ..." on one line, others "answer On Monday, Ana wrote:". This
 * puts the line ends back, so that the other rules only know lines.
 */
import { FORWARDED_MESSAGE, HEADER_LABELS, ON, ORIGINAL_MESSAGE } from './attributions.ts'
import { byLastLetter, lowerCase } from './marker-text.ts'

/** A thread of that many mails is none. */
const RESTORED_MAX = 200
/** Longer lines are paragraphs or worse. */
const LINE_LENGTH_MAX = 1_500
const RULE_IN_LINE = /-{4,60}\s{0,5}([^-\n]{5,80}?)\s{0,5}-{4,60}\s{0,5}(?=[^\s-])/u
const GLUED_ATTRIBUTION =
  /^(.{1,250}?[\p{L}.!?,)]) ((?:On|Le|Am|El|Il|Op|Den) (?:\p{L}{2,10}\.?,? )?.{0,20}\d.{5,150}(?:wrote|a écrit|schrieb|escribió|ha scritto|schreef|skrev)[^:]{0,40}:)$/u

/** Labels that clients capitalise: "Von:", glued to whatever stands before. Longest first. */
const capitalised = (labels: readonly string[]): readonly string[] =>
  [
    ...new Set(
      labels
        .filter((label) => label.length > 1 && /^\p{Ll}/u.test(label))
        .map((label) => label.charAt(0).toUpperCase() + label.slice(1)),
    ),
  ].toSorted((a, b) => b.length - a.length)

const LABELS_BY_END = byLastLetter(capitalised(Object.values(HEADER_LABELS).flat()))
const SUBJECT_LABELS = capitalised(HEADER_LABELS.subject)

/** The same text with lost line ends restored; most texts come back as they are. */
export function unglueMarkers(lines: readonly string[]): readonly string[] {
  let out: string[] | null = null
  let restored = 0
  for (const [at, line] of lines.entries()) {
    const pieces = restored < RESTORED_MAX ? piecesOf(line) : null
    if (pieces !== null) restored++
    if (pieces !== null) out ??= lines.slice(0, at)
    if (out === null) continue
    if (pieces === null) out.push(line)
    else out.push(...pieces)
  }
  return out ?? lines
}

/** The lines that were one, or null: nothing was lost. */
function piecesOf(line: string): string[] | null {
  if (line.length > LINE_LENGTH_MAX || line.length < 20) return null
  if (line.endsWith(':')) {
    const [, before = '', after = ''] = GLUED_ATTRIBUTION.exec(line) ?? []
    // Gmail in Spanish writes "El El vie, ...": nobody's answer.
    if (before !== '') return ON.includes(before.toLowerCase()) ? null : [before, after]
  }
  return line.includes('----') ? piecesAroundRule(line) : null
}

function piecesAroundRule(line: string): string[] | null {
  const rule = RULE_IN_LINE.exec(line)
  if (rule === null) return null
  const words = lowerCase(rule[1] ?? '')
  const known = [...ORIGINAL_MESSAGE, ...FORWARDED_MESSAGE].some((phrase) =>
    words.startsWith(phrase),
  )
  if (!known) return null
  const before = line.slice(0, rule.index)
  const after = line.slice(rule.index + rule[0].length)
  const headers = splitLabels(withSubjectColon(after))
  return [...(before.trim() === '' ? [] : [before]), rule[0].trim(), ...headers]
}

/** A block has a handful of headers; colons beyond them are text. */
const HEADERS_MAX = 12

/** Breaks before each label that a colon follows. */
function splitLabels(text: string): string[] {
  const cuts = [0]
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    const end = text.charAt(colon - 1) === ' ' ? colon - 1 : colon
    const label = LABELS_BY_END.get(text.charAt(end - 1))?.find((candidate) =>
      text.startsWith(candidate, end - candidate.length),
    )
    const start = end - (label?.length ?? 0)
    if (label !== undefined && start > (cuts.at(-1) ?? 0)) cuts.push(start)
    if (cuts.length === HEADERS_MAX) break
  }
  return cuts
    .map((cut, index) => text.slice(cut, cuts[index + 1]).trim())
    .filter((piece) => piece !== '')
}

/** Yahoo in Portuguese loses the colon of the last label, too: "09:26:50 CETAssunto Printer". */
function withSubjectColon(text: string): string {
  if (SUBJECT_LABELS.some((label) => text.includes(`${label}:`))) return text
  for (const label of SUBJECT_LABELS) {
    const at = text.indexOf(`${label} `)
    if (at <= 0 || /\s/.test(text.charAt(at - 1))) continue
    const end = at + label.length
    return `${text.slice(0, end)}:${text.slice(end)}`
  }
  return text
}
