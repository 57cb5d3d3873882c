/**
 * `${NAME}` in a value of the configuration file. Other programs put a variable of the environment
 * there; this one does not, and the text itself would become a password or a host. So it is a mistake.
 * Not where a variable of ours gives the value: whoever sets that has had it filled in, or means it.
 */
import { type ConfigProblem, dotted, type KeyPath, type Locator } from './config-problems.ts'
import { variableFor } from './config-environment.ts'

/** Also with a default, `${NAME:-other}`; what that is, is not shown: it may be a secret. */
const REFERENCE = /\$\{([A-Za-z_]\w{0,99})(?:[:?+=-][^{}]*)?\}/
/** Named as variables are, and all of the value or of a part of a URL: this is no piece of a password. */
const CLEAR_REFERENCE = /(?:^|[:/@])\$\{([A-Z_][A-Z0-9_]{0,99})(?:[:?+=-][^{}]*)?\}(?:$|[:/@])/
/** Also keys that are misspelt, or not ours. */
const SECRET_KEY = /pas|pw|secret|token|database/i

export interface Reference {
  /** Where the value stands. */
  readonly at: KeyPath
  readonly problem: ConfigProblem
}

/** One per value of the file that holds a reference. */
export function referencesIn(tree: unknown, locator: Locator): Reference[] {
  // An alias of YAML may lead back to where it came from.
  const seen = new Set<object>()
  const look = (value: unknown, at: KeyPath): Reference[] => {
    if (typeof value === 'string') {
      if (locator.isFromEnvironment(at) || !REFERENCE.test(value)) return []
      return [{ at, problem: problemAt(at, value, locator) }]
    }
    if (typeof value !== 'object' || value === null || seen.has(value)) return []
    seen.add(value)
    return Array.isArray(value)
      ? value.flatMap((one, index) => look(one, [...at, index]))
      : Object.entries(value).flatMap(([key, one]) => look(one, [...at, key]))
  }
  return look(tree, [])
}

/** What is wrong where YAML stumbles over the bracket of an unquoted one, between braces; else null. */
export function referenceAt(source: string, offset: number): string | null {
  const start = Math.max(0, offset - 1)
  const word = /^\$\{[A-Za-z_]\w{0,99}[^{}\n]*\}?[^\s,}]*/.exec(source.slice(start))?.[0]
  if (word === undefined) return null
  // Whose value it is, is not known here.
  const standsAlone = /^\s?$/.test(source.slice(Math.max(0, start - 1), start))
  const name = standsAlone ? CLEAR_REFERENCE.exec(word)?.[1] : undefined
  return `${shown(name)} stands for no value: variables are not filled in here; write the value itself, or name a file with password_file`
}

const shown = (name: string | undefined): string =>
  name === undefined ? 'what looks like a variable' : `\${${name}}`

function problemAt(at: KeyPath, value: string, locator: Locator): ConfigProblem {
  const isSecret = at.some((part) => typeof part === 'string' && SECRET_KEY.test(part))
  const name = (isSecret ? CLEAR_REFERENCE : REFERENCE).exec(value)?.[1]
  return {
    where: locator.where(at),
    what: `${dotted(at)} holds ${shown(name)}, and variables are not filled in here; ${remedyFor(at)}`,
  }
}

function remedyFor(at: KeyPath): string {
  if (at.at(-1) === 'password') {
    return 'write the password to a file and name that in password_file'
  }
  const variable = variableFor(at)
  return variable === null
    ? 'write the value itself'
    : `write the value itself, or leave the key out and set ${variable}`
}
