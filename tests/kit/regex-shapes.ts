/**
 * Finds regular expressions whose running time can grow faster than their input.
 *
 * A small model of backtracking, on the safe side: two unbounded repetitions that can fight over
 * the same characters (`\s*\s*x`, `(a+)*x`, `.*,.*;`), ambiguous alternatives in a loop, and an
 * unanchored search that starts anew at each character of a run (`\s+$`, `<[^>]*>`). Which
 * characters an atom takes is not computed but asked: of the regular expression engine itself.
 */

/** What is wrong, or null. */
export function dangerOf(pattern: string, flags: string): string | null {
  const root = new Parser(pattern, flags).parse()
  return loopDanger(root) ?? (flags.includes('y') ? null : searchDanger(root, flags))
}

type Chars = ReadonlySet<string>

/** Sequences of items; several: alternatives. */
type Alternatives = Item[][]

interface Item {
  /** The characters it can take; empty for assertions. */
  readonly chars: Chars
  /** Characters a match of it can start with. */
  readonly first: Chars
  readonly body: Alternatives | null
  readonly nullable: boolean
  readonly unbounded: boolean
  readonly assertion: string | null
}

/** More repetitions than this are as good as endless. */
const REPEAT_MAX = 300

/** Every ASCII character, and some that classes treat in their own way. */
const SAMPLES: readonly string[] = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  ...Array.from('\u0085\u00a0\u00e9\u00df\u200b\u2028\u202e\u3042\u4e2d\ufeff'),
]
const NOTHING: Chars = new Set()

/** One escape, class or character. */
const ATOM =
  /^(?:\\[pPu]\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[A-Za-z]|\\k<[^>]*>|\\.|\[(?:\\.|[^\]\\])*\]|.)/su

class Parser {
  #at = 0
  readonly #pattern: string
  readonly #flags: string

  constructor(pattern: string, flags: string) {
    this.#pattern = pattern
    this.#flags = flags.replace(/[gy]/g, '')
  }

  parse(): Alternatives {
    const alternatives: Alternatives = [[]]
    while (this.#at < this.#pattern.length && this.#peek() !== ')') {
      if (this.#peek() === '|') {
        this.#at += 1
        alternatives.push([])
      } else {
        alternatives.at(-1)?.push(this.#item())
      }
    }
    return alternatives
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? ''
  }

  #item(): Item {
    const start = this.#at
    if (this.#peek() === '(') return this.#quantified(this.#group())
    this.#skipAtom()
    const atom = this.#pattern.slice(start, this.#at)
    if (['^', '$', '\\b', '\\B'].includes(atom)) return assertion(atom)
    // A back reference repeats what was taken: as free as the group itself.
    const chars = /^\\(?:[1-9]|k<)/.test(atom) ? new Set(SAMPLES) : this.#charsOf(atom)
    return this.#quantified({
      chars,
      first: chars,
      body: null,
      nullable: false,
      unbounded: false,
      assertion: null,
    })
  }

  #skipAtom(): void {
    const [atom = ''] = ATOM.exec(this.#pattern.slice(this.#at)) ?? []
    this.#at += Math.max(atom.length, 1)
  }

  #charsOf(atom: string): Chars {
    const regex = new RegExp(`^(?:${atom})$`, this.#flags)
    return new Set(SAMPLES.filter((sample) => regex.test(sample)))
  }

  #group(): Item {
    const [open = '('] =
      /^\((?:\?(?::|=|!|<=|<!|<[^>]*>))?/.exec(this.#pattern.slice(this.#at)) ?? []
    this.#at += open.length
    const body = this.parse()
    this.#at += 1
    if (/^\(\?<?[=!]$/.test(open)) return { ...assertion(open), body }
    return {
      chars: union(body.flat().map(({ chars }) => chars)),
      first: union(body.map(firstOf)),
      body,
      nullable: body.some((sequence) => sequence.every(({ nullable }) => nullable)),
      unbounded: false,
      assertion: null,
    }
  }

  #quantified(item: Item): Item {
    const match = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(this.#pattern.slice(this.#at))
    if (match === null) return item
    const [text, min, comma, max] = match
    this.#at += text.length
    const least = min === undefined ? Number(text.startsWith('+')) : Number(min)
    const most = quantifierMax(text, comma === undefined ? min : max)
    return {
      ...item,
      nullable: item.nullable || least === 0,
      unbounded: most > REPEAT_MAX,
    }
  }
}

function quantifierMax(text: string, max: string | undefined): number {
  if (text.startsWith('?')) return 1
  return text.startsWith('{') && max !== undefined && max !== '' ? Number(max) : Infinity
}

const assertion = (text: string): Item => {
  return {
    chars: NOTHING,
    first: NOTHING,
    body: null,
    nullable: true,
    unbounded: false,
    assertion: text,
  }
}

/** Within one match: two repetitions that can pass characters to each other. */
function loopDanger(alternatives: Alternatives): string | null {
  for (const sequence of alternatives) {
    const fight = fightIn(sequence)
    if (fight) return 'has two repetitions that overlap'
    for (const { body, unbounded } of sequence) {
      if (body === null) continue
      if (unbounded && body.some((inner) => fightIn([...inner, ...inner, FAILS]))) {
        return 'repeats a repetition that overlaps itself'
      }
      if (unbounded && ambiguous(body)) return 'has overlapping alternatives in a loop'
      const inner = loopDanger(body)
      if (inner !== null) return inner
    }
  }
  return null
}

/** Something that may not match: what makes an engine go back and try again. */
const FAILS = assertion('$')

function fightIn(sequence: readonly Item[]): boolean {
  return sequence.some((left, index) => {
    if (!left.unbounded) return false
    for (let next = index + 1; next < sequence.length; next += 1) {
      const right = sequence[next]
      if (right === undefined) return false
      const canFail = sequence.slice(next + 1).some((item) => !item.nullable || item.assertion)
      if (right.unbounded && canFail && overlap(left.chars, right.first)) return true
      // A character the left one cannot take keeps the two apart.
      if (!right.nullable && !overlap(left.chars, right.first)) return false
    }
    return false
  })
}

function ambiguous(body: Alternatives): boolean {
  return body.some((one, index) =>
    body.slice(index + 1).some((other) => overlap(firstOf(one), firstOf(other))),
  )
}

/** Across attempts: a search that begins again at every character of a run it cannot finish. */
function searchDanger(alternatives: Alternatives, flags: string): string | null {
  return alternatives.some((sequence) => restarts(flatten(sequence), flags))
    ? 'starts again at each character of a run: anchor it, or exclude its first character'
    : null
}

function restarts(sequence: readonly Item[], flags: string): boolean {
  for (const [index, item] of sequence.entries()) {
    if (item.unbounded) {
      const canFail = sequence.slice(index + 1).some((next) => !next.nullable || next.assertion)
      if (!canFail) return false
      return !isAnchored(sequence.slice(0, index), item, flags)
    }
  }
  return false
}

function isAnchored(before: readonly Item[], run: Item, flags: string): boolean {
  const [start] = before
  if (start?.assertion === '^') return !flags.includes('m') || !run.chars.has('\n')
  if (start?.assertion === '\\b') return [...run.chars].every((char) => /\w/.test(char))
  if (start?.assertion === '(?<!') {
    const behind = union((start.body ?? []).map(firstOf))
    return [...run.chars].every((char) => behind.has(char))
  }
  // `<[^<>]*>`: a new start cannot lie within the run of the one before.
  return before.some((item) => !item.nullable && !overlap(item.chars, run.chars))
}

/** Unrepeated groups with one alternative are as if written without brackets. */
function flatten(sequence: readonly Item[]): Item[] {
  return sequence.flatMap((item) => {
    const only = item.body?.length === 1 ? item.body[0] : undefined
    const isPlain = !item.unbounded && !item.nullable && item.assertion === null
    return only !== undefined && isPlain ? flatten(only) : [item]
  })
}

function firstOf(sequence: readonly Item[]): Chars {
  const sets: Chars[] = []
  for (const item of sequence) {
    sets.push(item.first)
    if (!item.nullable) break
  }
  return union(sets)
}

const union = (sets: readonly Chars[]): Chars => new Set(sets.flatMap((set) => [...set]))
const overlap = (a: Chars, b: Chars): boolean => [...a].some((char) => b.has(char))
