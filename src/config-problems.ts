/**
 * What is wrong with a configuration, said for people: what, where (file:line:column or the
 * variable's name), and how to fix it. All mistakes at once.
 */
import { isMap, isPair, type Document, type LineCounter, type Node } from 'yaml'
import type { z } from 'zod'

export interface ConfigProblem {
  /** `config/postroom.yaml:7:5`, or `POSTROOM_LISTEN`. */
  readonly where: string
  /** `inboxes[0].imap.port is not a port number`. */
  readonly what: string
}

/** Where a key stands: `['inboxes', 0, 'imap', 'host']`. */
export type KeyPath = readonly (string | number)[]

/** The position of a path's value in the file, or of the deepest ancestor that is there. */
export class Locator {
  readonly #file: string
  readonly #document: Document | null
  readonly #lines: LineCounter | null
  /** Variables that supplied a value, by path. */
  readonly #variables: ReadonlyMap<string, string>

  constructor(
    file: string,
    document: Document | null,
    lines: LineCounter | null,
    variables: ReadonlyMap<string, string>,
  ) {
    this.#file = file
    this.#document = document
    this.#lines = lines
    this.#variables = variables
  }

  where(path: KeyPath, unknownKey?: string): string {
    const variable = this.#variableOf(path)
    if (variable !== undefined) return variable
    const offset = this.#offset(path, unknownKey)
    if (offset === null || this.#lines === null) return this.#file
    const { line, col } = this.#lines.linePos(offset)
    return `${this.#file}:${line}:${col}`
  }

  /** Is this very value from a variable, rather than something beside it? */
  isFromEnvironment(path: KeyPath): boolean {
    return this.#variables.has(path.join('.'))
  }

  #variableOf(path: KeyPath): string | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const variable = this.#variables.get(path.slice(0, length).join('.'))
      if (variable !== undefined) return variable
    }
    return undefined
  }

  #offset(path: KeyPath, unknownKey: string | undefined): number | null {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = this.#document?.getIn(path.slice(0, length), true) as Node | undefined
      if (node === undefined || node === null) continue
      if (unknownKey !== undefined && length === path.length && isMap(node)) {
        const pair = node.items.find((item) => isPair(item) && String(item.key) === unknownKey)
        const key = pair?.key as Node | undefined
        if (key?.range) return key.range[0]
      }
      if (node.range) return node.range[0]
    }
    return null
  }
}

/** `inboxes[0].imap.port`. */
export function dotted(path: KeyPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? part : `${text}.${part}`
  }, '')
}

interface Saying {
  readonly locator: Locator
  /** Which keys an object at a path may have. */
  readonly knownKeys: (path: KeyPath) => readonly string[]
  /** Dotted paths of values whose mistake is told already. */
  readonly told: ReadonlySet<string>
}

/** One problem per schema issue. */
export function problemsOf(error: z.ZodError, saying: Saying): ConfigProblem[] {
  const misspelt = error.issues.filter(({ code }) => code === 'unrecognized_keys')
  const meant = new Set(misspelt.flatMap((issue) => placesOf(issue, saying.knownKeys)).map(dotted))
  return error.issues
    .filter((issue) => !(isMissing(issue) && meant.has(dotted(pathOf(issue)))))
    .flatMap((issue) => problemOf(issue, saying))
}

export const pathOf = ({ path }: z.core.$ZodIssue): KeyPath =>
  path.filter((part): part is string | number => typeof part !== 'symbol')

/** Where an issue is: a misspelt key is a mistake of the one that was meant. */
export function placesOf(issue: z.core.$ZodIssue, knownKeys: Saying['knownKeys']): KeyPath[] {
  const path = pathOf(issue)
  if (issue.code !== 'unrecognized_keys') return [path]
  return issue.keys.map((key) => [...path, nearest(key, knownKeys(path)) ?? key])
}

const isMissing = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'invalid_type' && issue.input === undefined && issue.message.includes('undefined')

function problemOf(issue: z.core.$ZodIssue, saying: Saying): ConfigProblem[] {
  const { locator, knownKeys, told } = saying
  const path = pathOf(issue)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      where: locator.where(path, key),
      what: `unknown key "${dotted([...path, key])}"${suggestion(key, knownKeys(path))}`,
    }))
  }
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0] ?? []
    return branch.flatMap((inner) =>
      problemOf({ ...inner, path: [...issue.path, ...inner.path] }, saying),
    )
  }
  if (told.has(dotted(path))) return []
  return [{ where: locator.where(path), what: `${dotted(path) || 'the file'} ${sentence(issue)}` }]
}

/** How far into the value a union branch got before it failed: the deepest is what was meant. */
const depth = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(
    0,
    ...issues.map((issue) => issue.path.length + (issue.code === 'invalid_type' ? 0 : 0.5)),
  )

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    return isMissing(issue)
      ? `is missing (it must be ${nounOf(issue.expected)})`
      : wrongKind(issue.expected, issue.message)
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1)
}

/** Our own words for a value of the wrong kind where there are some, else what it must be. */
function wrongKind(expected: string, message: string): string {
  const received = /^Invalid input: expected \S+, received (\w+)$/.exec(message)?.[1]
  return received === undefined
    ? message
    : `must be ${nounOf(expected)}, and is ${nounOf(received)}`
}

/** A kind of value in the words of somebody who writes YAML. */
function nounOf(kind: string): string {
  const nouns: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'an object (keys and values)',
    record: 'an object (keys and values)',
    string: 'a text',
    boolean: 'true or false',
    null: 'empty',
    undefined: 'missing',
  }
  return nouns[kind] ?? `a ${kind}`
}

/** `; did you mean "host"?`, or the list of what is known here. */
export function suggestion(key: string, known: readonly string[]): string {
  const meant = nearest(key, known)
  if (meant !== null) return `; did you mean "${meant}"?`
  return known.length > 0 ? `; known here: ${known.join(', ')}` : ''
}

/** The word that was meant by a misspelt one, or null. */
export function nearest(key: string, known: readonly string[]): string | null {
  const best = known
    .map((candidate) => ({ candidate, distance: editDistance(key.toLowerCase(), candidate) }))
    .toSorted((a, b) => a.distance - b.distance)[0]
  return best !== undefined && best.distance <= Math.max(2, key.length / 3) ? best.candidate : null
}

/** Edits (insert, delete, replace, swap of neighbours) that turn one word into another. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      const edits = [
        (rows[i - 1]?.[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (rows[i - 1]?.[j - 1] ?? 0) + (same ? 0 : 1),
      ]
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits.push((rows[i - 2]?.[j - 2] ?? 0) + 1)
      }
      row.push(Math.min(...edits))
    }
    rows.push(row)
  }
  return rows[a.length]?.[b.length] ?? 0
}
