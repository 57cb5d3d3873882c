/**
 * Commands in an agent's mail: `#close`, `/assign ana`. They stand at the very top or as the last
 * lines, each alone on its line; case does not matter. The rest of the mail is the answer.
 *
 * Nothing is guessed: a line in the top block that looks like a command and is none, and a command
 * that begins a paragraph elsewhere, make the whole mail wait: neither a typo nor what was meant as
 * a note may reach a customer.
 */
import { type Command, FORMS } from './command-forms.ts'
import { slipsBetween } from './slips.ts'

export interface Mistake {
  /** As it was written, cut. */
  readonly line: string
  /** Misplaced: it is a command, but stands where commands are not looked for. */
  readonly problem: 'unknown' | 'incomplete' | 'misplaced'
  /** What may have been meant, with its `#`; or, when incomplete, how it is written. */
  readonly suggestion: string | null
}

export interface Commanded {
  readonly commands: readonly Command[]
  /** The same as they were written, with `#`. */
  readonly written: readonly string[]
  /** The mail without them; what is misplaced stays in it. */
  readonly text: string
  readonly mistakes: readonly Mistake[]
}

/** More lines than that are no commands but a text. */
const LINES_MAX = 20
const LINE_LENGTH_MAX = 200
/** `#word` or `/word`, and nothing in it that a path, a fragment or a number would have. */
const COMMAND_LINE = /^[#/]([a-z][a-z_-]{0,30})(?:[ \t:=]+(.*))?$/i
/** What a mail client or a habit makes of a command: `*#note*`, `__#note__`, `# note`. */
const DECORATED = /^[*_]{0,3}#[ \t]?([^\s#*_].*?)[*_]{0,3}$/

type Read =
  | { readonly kind: 'command'; readonly command: Command; readonly line: string }
  | { readonly kind: 'mistake'; readonly mistake: Mistake }

/**
 * Takes the commands out of the new text of a mail.
 * @param isStatus knows the statuses of the lifecycle and their aliases: `#pending` is a command.
 */
export function readCommands(text: string, isStatus: (word: string) => boolean): Commanded {
  const lines = text.split('\n')
  const found: Read[] = []
  let start = 0
  // A blank line between commands, and after them, belongs to them.
  while (start < lines.length && found.length < LINES_MAX) {
    const line = lines[start]?.trim() ?? ''
    const read = line === '' ? null : readLine(line, isStatus)
    if (line !== '' && read === null) break
    if (read !== null) found.push(read)
    start += 1
  }
  const last: Read[] = []
  let end = lines.length
  while (end > start && last.length < LINES_MAX) {
    const line = lines[end - 1]?.trim() ?? ''
    const read = line === '' ? null : readLine(line, isStatus)
    // Below a text, a word nobody knows may be a hashtag; one that nearly is a command is none.
    if (line !== '' && (read === null || isHashtag(read))) break
    if (read !== null) last.unshift(belowText(read, line))
    end -= 1
  }
  const all = [...found, ...last]
  const taken = all.filter((read) => read.kind === 'command')
  const commands = taken.map(({ command }) => command)
  const written = taken.map(({ line }) => `#${line.slice(1)}`)
  const left = lines.slice(start, last.length === 0 ? undefined : end).join('\n')
  const rest = left.trim()
  const mistakes = all.flatMap((read) => (read.kind === 'mistake' ? [read.mistake] : []))
  const elsewhere = misplaced(rest.split('\n'), isStatus)
  const mixed = mixedChoice(commands, rest !== '')
  return { commands, written, text: rest, mistakes: [...mistakes, ...elsewhere, ...mixed] }
}

/**
 * Commands below a greeting or above a name, and with something around them. Only the beginning of
 * a paragraph counts: within one, a command is told about, not given.
 */
function misplaced(text: readonly string[], isStatus: (word: string) => boolean): Mistake[] {
  return text
    .map((line, index) => ((text[index - 1] ?? '').trim() === '' ? line.trim() : ''))
    .flatMap((line): Mistake[] => {
      const plain = line.length > LINE_LENGTH_MAX ? undefined : DECORATED.exec(line)?.[1]
      const read = plain === undefined ? null : readLine(`#${plain}`, isStatus)
      if (read?.kind !== 'command') return []
      return [{ line, problem: 'misplaced', suggestion: read.line }]
    })
    .slice(0, LINES_MAX)
}

/**
 * `#send` and `#discard` decide about another mail, so words and files next to them would be lost,
 * and two of them (or one and `#note`) contradict each other.
 */
export function mixedChoice(commands: readonly Command[], saysMore: boolean): Mistake[] {
  const words = new Set(commands.map((command) => command.do))
  const choices = (['send', 'discard'] as const).filter((word) => words.has(word))
  const several = choices.length + (words.has('note') ? 1 : 0) > 1
  return several || saysMore
    ? choices.map((word) => {
        const line = `#${word}`
        return { line, problem: 'incomplete', suggestion: line }
      })
    : []
}

/** `#send` is about mail that is held; below a text it may have been meant to send that text. */
function belowText(read: Read, line: string): Read {
  const isChoice =
    read.kind === 'command' && (read.command.do === 'send' || read.command.do === 'discard')
  return isChoice ? wrong(line, 'incomplete', line) : read
}

const isHashtag = (read: Read): boolean =>
  read.kind === 'mistake' && read.mistake.problem === 'unknown' && read.mistake.suggestion === null

/** Null: a line of text. */
function readLine(line: string, isStatus: (word: string) => boolean): Read | null {
  if (line.length > LINE_LENGTH_MAX) return null
  const match = COMMAND_LINE.exec(line)
  if (match === null) return null
  const word = (match[1] ?? '').toLowerCase()
  const rest = (match[2] ?? '').trim()
  const form = FORMS.get(word)
  if (form === undefined) {
    if (isStatus(word)) return { kind: 'command', command: { do: 'status', word }, line }
    return wrong(line, 'unknown', nearest(word))
  }
  const command = form.read(rest)
  return command === null
    ? wrong(line, 'incomplete', form.usage)
    : { kind: 'command', command, line }
}

const wrong = (line: string, problem: Mistake['problem'], suggestion: string | null): Read => ({
  kind: 'mistake',
  mistake: { line, problem, suggestion },
})

/** The command that a word with one or two slips may have been. */
function nearest(word: string): string | null {
  const slipsMax = word.length <= 4 ? 1 : 2
  let best: { name: string; slips: number } | null = null
  for (const name of FORMS.keys()) {
    const slips = slipsBetween(word, name)
    if (slips <= slipsMax && (best === null || slips < best.slips)) best = { name, slips }
  }
  return best === null ? null : `#${best.name}`
}
