/** What finishing a configuration collects: problems, warnings, and the secrets that files hold. */
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { ConfigSource } from './config.ts'
import type { ConfigProblem, KeyPath, Locator } from './config-problems.ts'
import type { ServerTree } from './config-schema.ts'
import { messageOf } from './errors.ts'
import { Secret } from './secret.ts'

export class Finisher {
  readonly problems: ConfigProblem[] = []
  readonly warnings: string[] = []
  readonly #source: ConfigSource
  readonly #locator: Locator
  readonly #mistaken: readonly KeyPath[]

  /** @param mistaken what is wrong in itself: that is told, and what follows from it is not. */
  constructor(source: ConfigSource, locator: Locator, mistaken: readonly KeyPath[]) {
    this.#source = source
    this.#locator = locator
    this.#mistaken = mistaken
  }

  get source(): ConfigSource {
    return this.#source
  }

  /** @param from what else the rule looks at. */
  problem(at: KeyPath, what: string, from: readonly KeyPath[] = []): void {
    const follows = this.#mistaken.some(
      (wrong) =>
        isWithin(at, wrong) || from.some((key) => isWithin(key, wrong) || isWithin(wrong, key)),
    )
    if (!follows) this.problems.push({ where: this.#locator.where(at), what })
  }

  resolve(file: string): string {
    return path.resolve(this.#source.baseDir, file)
  }

  /** The text of a file named by a key; null (and a problem) when it cannot be read. */
  read(at: KeyPath, label: string, file: string): string | null {
    const absolute = this.resolve(file)
    try {
      return readFileSync(absolute, 'utf8')
    } catch (cause) {
      this.problem(at, `${label}: ${absolute} cannot be read (${messageOf(cause)})`)
      return null
    }
  }

  /** A secret in the configuration file itself, which everybody may read. */
  warnIfPublic(at: KeyPath, label: string, remedy: string): void {
    if (this.#source.worldReadable !== true || this.#locator.isFromEnvironment(at)) return
    this.warnings.push(
      `${this.#locator.where(at)}: ${label} stands in a file that everybody on this machine can read; ${remedy} chmod 600`,
    )
  }

  password(at: KeyPath, label: string, server: ServerTree): Secret | null {
    if (server.password !== undefined && server.password_file !== undefined) {
      this.problem(at, `${label} has both password and password_file; keep one`)
      return null
    }
    if (server.password !== undefined) {
      this.warnIfPublic([...at, 'password'], `${label}.password`, 'use password_file, or')
      return new Secret(server.password)
    }
    if (server.password_file === undefined) return null
    return this.secret([...at, 'password_file'], `${label}.password_file`, server.password_file)
  }

  /** What a file named by a key holds; null (and a problem) when it cannot be read. */
  secret(at: KeyPath, label: string, file: string): Secret | null {
    const text = this.read(at, label, file)
    if (text === null) return null
    const value = text.replace(/\r?\n$/, '')
    if (value === '') this.problem(at, `${label} is empty`)
    if ((statSync(this.resolve(file)).mode & 0o004) !== 0) {
      this.warnings.push(
        `${label}: everybody on this machine can read ${this.resolve(file)}; chmod 600`,
      )
    }
    return new Secret(value)
  }
}

/** Is it that, or in it? */
const isWithin = (path: KeyPath, whole: KeyPath): boolean =>
  whole.every((part, index) => path[index] === part)
