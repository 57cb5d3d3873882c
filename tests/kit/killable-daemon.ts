/** The real daemon in a process of its own, started and killed at will, with a log of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The built program. */
export const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'main.js')

export class KillableDaemon {
  readonly #configFile: string
  readonly #logFile: string
  #child: ChildProcess | null = null

  /** `config`: the tree of a configuration file. */
  constructor(directory: string, config: object) {
    this.#configFile = join(directory, 'postroom.yaml')
    this.#logFile = join(directory, 'daemon.log')
    // JSON is YAML.
    writeFileSync(this.#configFile, JSON.stringify(config), { mode: 0o600 })
  }

  /** Of the process that was started last. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  get configFile(): string {
    return this.#configFile
  }

  /** `nodeArgs`: before the program, such as `--import` of something. `env`: beside PATH. */
  start(nodeArgs: readonly string[] = [], env: Readonly<Record<string, string>> = {}): void {
    const log = openSync(this.#logFile, 'a')
    const args = [...nodeArgs, MAIN, '--config', this.#configFile]
    this.#child = spawn(process.execPath, args, {
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'] ?? '', ...env },
    })
    closeSync(log)
  }

  /** Resolves when it has ended by itself. */
  async ended(): Promise<void> {
    const child = this.#child
    if (child !== null && this.running) await once(child, 'exit')
  }

  /** SIGSTOP, SIGCONT: it stands still, and goes on. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** kill -9, and nothing else: no warning, no clean-up. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Returns the exit code of a polite stop. */
  async stop(): Promise<number | null> {
    await this.#end('SIGTERM')
    return this.#child?.exitCode ?? null
  }

  get running(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null
  }

  log(): string {
    return readFileSync(this.#logFile, 'utf8')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === null || !this.running) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
}
