/**
 * A directory whose power can be cut: programs run with `env()` and a kill -9 loses what they did not
 * sync (power-cut.c says what that means). Linux, with a C compiler.
 */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const SOURCE = join(import.meta.dirname, 'power-cut.c')

/** Null: power can be cut here. */
export function whyNoPowerCuts(): string | null {
  if (process.platform !== 'linux') return 'LD_PRELOAD is known to Linux only'
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'there is no C compiler (cc)'
  }
}

export class PowerCuts {
  readonly #directory: string
  readonly #shadow: string
  readonly #library: string

  /** `directory` is what loses its power; `scratch` is for what it is made of. */
  constructor(directory: string, scratch: string) {
    this.#directory = directory
    this.#shadow = join(scratch, 'durable')
    this.#library = join(scratch, 'power-cut.so')
    execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', this.#library, SOURCE])
    this.#allIsDurable()
  }

  /** For the programs that write into the directory. */
  env(): Record<string, string> {
    return {
      LD_PRELOAD: this.#library,
      POWER_DIR: this.#directory,
      POWER_SHADOW: this.#shadow,
      // Syncs have to pass the library.
      UV_USE_IO_URING: '0',
    }
  }

  /** All programs were killed: only what is durable is left. */
  cut(): void {
    const left = `${this.#directory}.left`
    this.#restore(identityOf(this.#directory), left)
    rmSync(this.#directory, { recursive: true })
    renameSync(left, this.#directory)
    this.#allIsDurable()
  }

  #restore(identity: string, target: string): void {
    mkdirSync(target, { mode: 0o700 })
    const names = join(this.#shadow, `${identity}.dir`)
    if (!existsSync(names)) return
    for (const line of readFileSync(names, 'utf8').split('\n')) {
      const [kind, id = '', ...words] = line.split(' ')
      const file = join(target, words.join(' '))
      const bytes = join(this.#shadow, id)
      if (kind === 'd') this.#restore(id, file)
      // Its name was synced, and it was not.
      else if (kind === 'f' && !existsSync(bytes)) writeFileSync(file, '', { mode: 0o600 })
      else if (kind === 'f') copyFileSync(bytes, file)
    }
  }

  #allIsDurable(): void {
    rmSync(this.#shadow, { recursive: true, force: true })
    mkdirSync(this.#shadow)
    this.#keep(this.#directory)
  }

  #keep(directory: string): void {
    const lines = readdirSync(directory, { withFileTypes: true }).map((entry) => {
      const file = join(directory, entry.name)
      if (entry.isDirectory()) this.#keep(file)
      else copyFileSync(file, join(this.#shadow, identityOf(file)))
      return `${entry.isDirectory() ? 'd' : 'f'} ${identityOf(file)} ${entry.name}\n`
    })
    writeFileSync(join(this.#shadow, `${identityOf(directory)}.dir`), lines.join(''))
  }
}

function identityOf(file: string): string {
  const { ino, birthtimeNs } = statSync(file, { bigint: true })
  return `${ino}-${birthtimeNs}`
}
