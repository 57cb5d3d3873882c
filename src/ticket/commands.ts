/**
 * Commands in an agent's mail: `#close`, `/assign ana`. They stand at the very top or as the last
 * lines, each alone on its line; case does not matter. The rest of the mail is the answer.
 *
 * Nothing is guessed: a line in the top block that looks like a command and is none makes the
 * whole mail wait, because a typo must never reach a customer.
 */

import { slipsBetween } from './slips.ts'

export type Command =
  | { readonly do: 'status'; readonly word: string }
  /** To whatever closes a ticket; '' without a reason. */
  | { readonly do: 'close'; readonly reason: string }
  | { readonly do: 'take' }
  | { readonly do: 'release' }
  /** A name or an address. */
  | { readonly do: 'assign'; readonly who: string }
  | { readonly do: 'priority'; readonly word: string }
  | { readonly do: 'tag'; readonly tags: readonly string[] }
  | { readonly do: 'untag'; readonly tags: readonly string[] }
  | { readonly do: 'category'; readonly name: string }
  | { readonly do: 'note' }
  | { readonly do: 'cc'; readonly address: string; readonly remove: boolean }
  | { readonly do: 'merge'; readonly into: number }
  /** A time, a day, or `none`. */
  | { readonly do: 'snooze'; readonly until: string }
  | { readonly do: 'move'; readonly inbox: string }
  | { readonly do: 'requester'; readonly address: string }
  | { readonly do: 'follow' }
  | { readonly do: 'mute' }
  | { readonly do: 'help' }
  /** The mail of his that is held: to the customer, or away. */
  /** `held`: the number of the mail that is held; null: the newest. */
  | { readonly do: 'send'; readonly held: number | null }
  | { readonly do: 'discard'; readonly held: number | null }
  | { readonly do: 'undo' }

export interface Mistake {
  /** As it was written, cut. */
  readonly line: string
  readonly problem: 'unknown' | 'incomplete'
  /** What may have been meant, with its `#`; or, when incomplete, how it is written. */
  readonly suggestion: string | null
}

export interface Commanded {
  readonly commands: readonly Command[]
  /** The mail without them. */
  readonly text: string
  readonly mistakes: readonly Mistake[]
}

interface Form {
  /** How it is written, for help. */
  readonly usage: string
  /** Null: what follows makes no sense. */
  read(rest: string): Command | null
}

/** `#send`, or `#send 17` where several mails are held. */
const aboutHeld = (word: 'send' | 'discard'): Form => ({
  usage: `#${word}`,
  read: (rest) => {
    if (rest === '') return { do: word, held: null }
    return /^[1-9]\d{0,8}$/.test(rest) ? { do: word, held: Number(rest) } : null
  },
})

const bare = (usage: string, command: Command): Form => ({
  usage,
  read: (rest) => (rest === '' ? command : null),
})

const CLOSE: Form = { usage: '#close', read: (reason) => ({ do: 'close', reason }) }
const TAKE = bare('#take', { do: 'take' })
const NOTE: Form = { usage: '#note', read: (rest) => (rest === '' ? { do: 'note' } : null) }

/** One `@`, no spaces: whether it is an address is found out by who uses it. */
const ADDRESS = /^[^\s@]+@[^\s@]+$/
const TAGS_MAX = 20

const tagsOf = (rest: string): string[] =>
  rest
    .split(/[\s,]+/)
    .map((tag) => tag.replace(/^#/, ''))
    .filter((tag) => tag !== '')
    .slice(0, TAGS_MAX)

const tagged = (name: 'tag' | 'untag'): Form => ({
  usage: `#${name} word word`,
  read(rest) {
    const tags = tagsOf(rest)
    return tags.length === 0 ? null : { do: name, tags }
  },
})

function readCc(rest: string): Command | null {
  const [first = '', second = ''] = rest.split(/\s+/)
  const verb = first.toLowerCase()
  const word = verb === 'add' || verb === 'remove' ? second : first
  const address = word.replace(/^<|>$/g, '')
  return ADDRESS.test(address) ? { do: 'cc', address, remove: verb === 'remove' } : null
}

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['close', CLOSE],
  [
    'status',
    {
      usage: '#status open',
      read: (rest) => (rest === '' ? null : { do: 'status', word: rest }),
    },
  ],
  ['take', TAKE],
  ['mine', TAKE],
  ['release', bare('#release', { do: 'release' })],
  [
    'assign',
    { usage: '#assign ana', read: (rest) => (rest === '' ? null : { do: 'assign', who: rest }) },
  ],
  [
    'priority',
    {
      usage: '#priority high',
      read: (rest) => (/^\S+$/.test(rest) ? { do: 'priority', word: rest } : null),
    },
  ],
  ['tag', tagged('tag')],
  ['untag', tagged('untag')],
  [
    'category',
    {
      usage: '#category Billing',
      read: (rest) => (rest === '' ? null : { do: 'category', name: rest }),
    },
  ],
  ['note', NOTE],
  ['internal', NOTE],
  ['cc', { usage: '#cc add ana@example.org', read: readCc }],
  [
    'merge',
    {
      usage: '#merge 1033',
      read(rest) {
        const into = /^#?([1-9]\d{0,8})$/.exec(rest)?.[1]
        return into === undefined ? null : { do: 'merge', into: Number(into) }
      },
    },
  ],
  [
    'snooze',
    {
      usage: '#snooze 3d',
      read: (rest) =>
        /^(?:\d{1,5} ?[mhdw]|\d{4}-\d\d-\d\d|none|off)$/i.test(rest)
          ? { do: 'snooze', until: rest }
          : null,
    },
  ],
  [
    'move',
    { usage: '#move Sales', read: (rest) => (rest === '' ? null : { do: 'move', inbox: rest }) },
  ],
  [
    'requester',
    {
      usage: '#requester ana@example.org',
      read: (rest) => (ADDRESS.test(rest) ? { do: 'requester', address: rest } : null),
    },
  ],
  ['follow', bare('#follow', { do: 'follow' })],
  ['mute', bare('#mute', { do: 'mute' })],
  ['help', bare('#help', { do: 'help' })],
  ['undo', bare('#undo', { do: 'undo' })],
  ['send', aboutHeld('send')],
  ['discard', aboutHeld('discard')],
])

/** Every command once, as it is written. */
export const COMMAND_USAGES: readonly string[] = [
  ...new Set([...FORMS.values()].map(({ usage }) => usage)),
]

/** More lines than that are no commands but a text. */
const LINES_MAX = 20
const LINE_LENGTH_MAX = 200
/** `#word` or `/word`, and nothing in it that a path, a fragment or a number would have. */
const COMMAND_LINE = /^[#/]([a-z][a-z_-]{0,30})(?:[ \t:=]+(.*))?$/i

type Read =
  | { readonly kind: 'command'; readonly command: Command }
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
  const commands = all.flatMap((read) => (read.kind === 'command' ? [read.command] : []))
  const left = lines.slice(start, last.length === 0 ? undefined : end).join('\n')
  const rest = left.trim()
  const mistakes = all.flatMap((read) => (read.kind === 'mistake' ? [read.mistake] : []))
  return { commands, text: rest, mistakes: [...mistakes, ...mixedChoice(commands, rest !== '')] }
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
    if (isStatus(word)) return { kind: 'command', command: { do: 'status', word } }
    return wrong(line, 'unknown', nearest(word))
  }
  const command = form.read(rest)
  return command === null ? wrong(line, 'incomplete', form.usage) : { kind: 'command', command }
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
