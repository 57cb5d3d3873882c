/** One foreground server process of ours in its own process group: started, stopped, killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { untilListening } from './ports.ts'

export interface DaemonCommand {
  readonly command: string
  readonly args: readonly string[]
  /** stdout and stderr go here. */
  readonly log: string
  /** Started means: all of these accept connections. */
  readonly ports: readonly number[]
}

const STOP_MS = 5_000

export class DaemonProcess {
  readonly #command: DaemonCommand
  #child: ChildProcess | null = null
  readonly #killAtExit = (): void => this.#signal('SIGKILL')

  constructor(command: DaemonCommand) {
    this.#command = command
  }

  async start(): Promise<void> {
    const { command, args, log, ports } = this.#command
    const output = openSync(log, 'a')
    const child = spawn(command, args, {
      stdio: ['ignore', output, output],
      // A group of its own, so that kill() reaches the server's children too.
      detached: true,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C' },
      ...(process.getuid?.() === 0 ? idsOf(serverUser()) : {}),
    })
    closeSync(output)
    this.#child = child
    process.once('exit', this.#killAtExit)
    const died = once(child, 'exit').then(() => {
      throw new Error(`${command} ended at once:\n${readFileSync(log, 'utf8')}`)
    })
    await Promise.race([Promise.all(ports.map((port) => untilListening(port))), died])
    died.catch(() => {})
  }

  /** The polite way; what is left of the group after a while is killed. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** kill -9 for the server and all its children. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === null) return
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      if (signal === 'SIGTERM') child.kill(signal)
      else this.#signal(signal)
      const timer = setTimeout(() => this.#signal('SIGKILL'), STOP_MS)
      await exited
      clearTimeout(timer)
    }
    this.#signal('SIGKILL')
    process.off('exit', this.#killAtExit)
    this.#child = null
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // The group is gone already.
    }
  }
}

const idsOf = ({ uid, gid }: ServerUser): { uid: number; gid: number } => ({ uid, gid })

export interface ServerUser {
  readonly name: string
  readonly group: string
  readonly uid: number
  readonly gid: number
}

/** Servers never run as root: root lends them the system's mail user, others themselves. */
export function serverUser(): ServerUser {
  const self = userInfo()
  const name = self.uid === 0 ? 'mail' : self.username
  const [, uid, gid] = entryOf('/etc/passwd', (fields) => fields[0] === name).slice(1)
  const group = entryOf('/etc/group', (fields) => fields[2] === gid)[0] ?? ''
  return { name, group, uid: Number(uid), gid: Number(gid) }
}

function entryOf(file: string, matches: (fields: string[]) => boolean): string[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.map((line) => line.split(':')).find(matches) ?? []
}

/** A directory the servers may write to. */
export function makeServerDirectory(path: string): void {
  mkdirSync(path, { recursive: true })
  if (process.getuid?.() === 0) chownSync(path, serverUser().uid, serverUser().gid)
}
