/**
 * `${NAME}` in a value of the configuration. Other programs put a variable of the environment there;
 * this one does not, and the text itself would become a password or a host. So it is a mistake.
 */
import { type ConfigProblem, dotted, type Locator } from './config-problems.ts'
import { variableFor } from './config-environment.ts'

type Path = readonly (string | number)[]

/** Also with a default, `${NAME:-other}`; what that is, is not shown: it may be a secret. */
const REFERENCE = /\$\{([A-Za-z_]\w{0,99})(?:[:?+=-][^{}]*)?\}/

/** One problem per value that holds a reference. */
export function referencesIn(tree: unknown, locator: Locator): ConfigProblem[] {
  // An alias of YAML may lead back to where it came from.
  const seen = new Set<object>()
  const look = (value: unknown, at: Path): ConfigProblem[] => {
    if (typeof value === 'string') {
      const name = REFERENCE.exec(value)?.[1]
      return name === undefined ? [] : [problemAt(at, name, locator)]
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
  const name = /^\$\{([A-Za-z_]\w{0,99})/.exec(source.slice(Math.max(0, offset - 1)))?.[1]
  return name === undefined
    ? null
    : `\${${name}} stands for no value: variables are not filled in here; write the value itself, or name a file with password_file`
}

const problemAt = (at: Path, name: string, locator: Locator): ConfigProblem => ({
  where: locator.where(at),
  what: `${dotted(at)} holds \${${name}}, and variables are not filled in here; ${remedyFor(at)}`,
})

function remedyFor(at: Path): string {
  if (at.at(-1) === 'password') {
    return 'write the password to a file and name that in password_file'
  }
  const variable = variableFor(at)
  return variable === null
    ? 'write the value itself'
    : `write the value itself, or leave the key out and set ${variable}`
}
