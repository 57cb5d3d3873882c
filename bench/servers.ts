/** The benchmark's handle on the other end: mail servers in a process of their own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Command } from './mail-server.ts'

export interface Servers {
  readonly imap: number
  readonly smtp: number
  readonly pid: number
  /** Resolves with the server's answer to one command. */
  ask<T>(command: Command): Promise<T>
  stop(): void
}

export async function startServers(): Promise<Servers> {
  const child = fork(path.join(import.meta.dirname, 'mail-server.ts'))
  const [ports] = (await once(child, 'message')) as [{ imap: number; smtp: number }]
  return {
    ...ports,
    pid: child.pid ?? 0,
    ask: (command) => askOf(child, command),
    stop: () => void child.send({ do: 'stop' } satisfies Command),
  }
}

async function askOf<T>(child: ChildProcess, command: Command): Promise<T> {
  child.send(command)
  const [answer] = (await once(child, 'message')) as [T]
  return answer
}
