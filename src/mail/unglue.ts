/**
 * Some clients lose the line ends around what they quote: Yahoo writes "----- Forwarded Message
 * ----- From: ...To: ...Subject: ..." on one line, others "answer On Monday, Ana wrote:". This
 * puts the line ends back, so that the other rules only know lines.
 */
import { FORWARDED_MESSAGE, HEADER_LABELS, ON, ORIGINAL_MESSAGE } from './attributions.ts'
import { lowerCase } from './marker-text.ts'

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

const LABELS = capitalised(Object.values(HEADER_LABELS).flat())
const SUBJECT_LABELS = capitalised(HEADER_LABELS.subject)

/** The same text with lost line ends restored; most texts come back as they are. */
export function unglueMarkers(lines: readonly string[]): readonly string[] {
  if (!lines.some(looksGlued)) return lines
  return lines.flatMap((line) => (looksGlued(line) ? unglue(line) : [line]))
}

function looksGlued(line: string): boolean {
  if (line.length > LINE_LENGTH_MAX || line.length < 20) return false
  return (
    (line.includes('----') && RULE_IN_LINE.test(line)) ||
    (line.endsWith(':') && GLUED_ATTRIBUTION.test(line))
  )
}

function unglue(line: string): string[] {
  const attribution = GLUED_ATTRIBUTION.exec(line)
  if (attribution !== null && line.endsWith(':')) {
    const [, before = '', after = ''] = attribution
    // Gmail in Spanish writes "El El vie, ...": nobody's answer.
    return ON.includes(before.toLowerCase()) ? [line] : [before, after]
  }
  const rule = RULE_IN_LINE.exec(line)
  const words = lowerCase(rule?.[1] ?? '')
  const known = [...ORIGINAL_MESSAGE, ...FORWARDED_MESSAGE].some((phrase) =>
    words.startsWith(phrase),
  )
  if (rule === null || !known) return [line]
  const before = line.slice(0, rule.index)
  const after = line.slice(rule.index + rule[0].length)
  return [
    ...(before.trim() === '' ? [] : [before]),
    rule[0].trim(),
    ...splitLabels(withSubjectColon(after)),
  ]
}

/** Breaks before each label that a colon follows. */
function splitLabels(text: string): string[] {
  const cuts = new Set<number>([0])
  for (const label of LABELS) {
    for (let at = text.indexOf(label); at !== -1; at = text.indexOf(label, at + 1)) {
      const next = text.slice(at + label.length, at + label.length + 2)
      const inLonger = [...cuts].some((cut) => cut < at && at < cut + label.length && cut !== 0)
      if (/^\s?:/.test(next) && !inLonger) cuts.add(at)
    }
  }
  const ordered = [...cuts].toSorted((a, b) => a - b)
  return ordered
    .map((cut, index) => text.slice(cut, ordered[index + 1]).trim())
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
