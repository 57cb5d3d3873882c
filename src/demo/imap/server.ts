/**
 * A small IMAP4rev1 server on loopback, all in memory (RFC 3501 and 9051, with IDLE, MOVE,
 * UIDPLUS, SPECIAL-USE). The demo's mail lives in it; tests make it misbehave with `faults`.
 */
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { WaitOptions } from '../changes.ts'
import { Changes } from '../changes.ts'
import type { SeenCommand } from '../command-log.ts'
import { CommandLog } from '../command-log.ts'
import type { ServerTls, Upgrade } from '../tls.ts'
import { quiet, upgradeWith } from '../tls.ts'
import type { Folder, StoredMessage } from './accounts.ts'
import { Account } from './accounts.ts'
import { ImapFaults } from './faults.ts'
import type { SessionDeps } from './session.ts'
import { ImapSession } from './session.ts'

export interface ImapServerOptions {
  host?: '127.0.0.1'
  /** 0 takes a free one. */
  port?: number
  /** User name to password. */
  users: Readonly<Record<string, string>>
  tls?: ServerTls
}

export interface DeliverOptions {
  folder?: string
  flags?: readonly string[]
  internalDate?: Date
}

export interface ImapServer {
  readonly port: number
  readonly faults: ImapFaults
  /** The latest commands of all connections, oldest first. */
  readonly commands: readonly SeenCommand[]
  readonly connectionCount: number
  /** A user that exists keeps the mail and gets the new password. */
  addUser(user: string, password: string): void
  hasUser(user: string): boolean
  deliver(
    user: string,
    source: Buffer | string,
    options?: DeliverOptions,
  ): { uid: number; uidValidity: number }
  /** Throws when there is no such user or folder. */
  folder(user: string, name: string): Folder
  /** Resolves with the first command after this call that matches, e.g. /^IDLE/. */
  untilCommand(pattern: RegExp, options?: Partial<WaitOptions>): Promise<SeenCommand>
  /** Cuts every connection without a word. */
  dropConnections(): void
  /** Connections are refused until listenAgain(); open ones stay. */
  stopListening(): Promise<void>
  listenAgain(): Promise<void>
  close(): Promise<void>
}

export async function startImapServer(options: ImapServerOptions): Promise<ImapServer> {
  const server = new LoopbackImapServer(options)
  await server.listenAgain()
  return server
}

class LoopbackImapServer implements ImapServer {
  readonly faults = new ImapFaults()
  readonly #host: string
  readonly #upgrade: Upgrade | null
  readonly #isImplicit: boolean
  readonly #changes = new Changes()
  readonly #log = new CommandLog(this.#changes)
  readonly #accounts = new Map<string, Account>()
  readonly #sessions = new Set<ImapSession>()
  #port: number
  #listener: Server | null = null

  constructor({ host = '127.0.0.1', port = 0, users, tls }: ImapServerOptions) {
    this.#host = host
    this.#port = port
    this.#upgrade = upgradeWith(tls)
    this.#isImplicit = tls?.implicit === true
    for (const [user, password] of Object.entries(users)) this.addUser(user, password)
  }

  get port(): number {
    return this.#port
  }

  get commands(): readonly SeenCommand[] {
    return this.#log.commands
  }

  get connectionCount(): number {
    return this.#sessions.size
  }

  addUser(user: string, password: string): void {
    const existing = this.#accounts.get(user.toLowerCase())
    if (existing !== undefined) existing.password = password
    else this.#accounts.set(user.toLowerCase(), new Account(user, password, this.#changes))
  }

  hasUser(user: string): boolean {
    return this.#accounts.has(user.toLowerCase())
  }

  deliver(
    user: string,
    source: Buffer | string,
    { folder: name = 'INBOX', flags, internalDate }: DeliverOptions = {},
  ): { uid: number; uidValidity: number } {
    const folder = this.folder(user, name)
    const { uid } = folder.add({ source: Buffer.from(source), flags, internalDate })
    return { uid, uidValidity: folder.uidValidity }
  }

  folder(user: string, name: string): Folder {
    const folder = this.#accounts.get(user.toLowerCase())?.find(name)
    if (folder === null || folder === undefined) {
      throw new Error(`the demo's IMAP server has no folder ${name} of ${user}`)
    }
    return folder
  }

  untilCommand(pattern: RegExp, options?: Partial<WaitOptions>): Promise<SeenCommand> {
    return this.#log.untilNext(pattern, options)
  }

  dropConnections(): void {
    for (const session of this.#sessions) session.drop()
  }

  async stopListening(): Promise<void> {
    this.#listener?.close()
    this.#listener = null
  }

  async listenAgain(): Promise<void> {
    if (this.#listener !== null) return
    const listener = createServer({ noDelay: true }, (socket) => void this.#welcome(socket))
    this.#listener = listener
    listener.listen(this.#port, this.#host)
    await once(listener, 'listening')
    this.#port = (listener.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    const listener = this.#listener
    if (listener === null) {
      this.dropConnections()
      return
    }
    this.#listener = null
    const closed = once(listener, 'close')
    listener.close()
    this.dropConnections()
    await closed
  }

  async #welcome(socket: Socket): Promise<void> {
    quiet(socket)
    const upgrade = this.#upgrade
    const isSecure = this.#isImplicit && upgrade !== null
    const stream = isSecure ? upgrade(socket) : socket
    const session = new ImapSession(stream, this.#sessionDeps(), { isSecure })
    this.#sessions.add(session)
    socket.once('close', () => this.#sessions.delete(session))
    await session.run()
  }

  #sessionDeps(): SessionDeps {
    return {
      faults: this.faults,
      upgrade: this.#upgrade,
      findAccount: (user) => this.#accounts.get(user.toLowerCase()) ?? null,
      onCommand: (text, user) => this.#log.add({ text, user }),
    }
  }
}

export type { Folder, StoredMessage }
