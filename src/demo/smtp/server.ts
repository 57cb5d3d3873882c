/**
 * An SMTP server on loopback that keeps every message to itself: nothing ever leaves the machine.
 *
 * Mail for a known mailbox is handed to `deliver` with the headers a real server would add, all
 * other mail only lands in `received`. Some local parts always misbehave, see MAGIC; everything
 * else that can go wrong is asked for with `faults`. smtp-server's only door.
 */
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server'
import { SMTPServer } from 'smtp-server'
import type { WaitOptions } from '../changes.ts'
import { Changes } from '../changes.ts'
import type { SeenCommand } from '../command-log.ts'
import { CommandLog } from '../command-log.ts'
import type { ServerTls, Upgrade } from '../tls.ts'
import { quiet, upgradeWith } from '../tls.ts'
import { deliverMail, localPartOf } from './delivery.ts'
import { SmtpFaults, type SmtpMischief, type Stage } from './faults.ts'
import { Gate } from './gate.ts'

export interface SmtpServerOptions {
  host?: '127.0.0.1'
  /** 0 takes a free one. */
  port?: number
  /** User name to password; looked up at every login, so it may grow. */
  users: ReadonlyMap<string, string> | Readonly<Record<string, string>>
  /** Puts a message into a mailbox; false when there is no such mailbox. */
  deliver: (mailbox: string, source: Buffer) => boolean
  tls?: ServerTls
  /** Name in the greeting and in trace headers. */
  name?: string
  /** Largest message, announced as SIZE. */
  bytesMax?: number
  /** Mail without login is refused. */
  requiresLogin?: boolean
  /** Told of every accepted message, before its sender is: {@link SmtpServer.received} forgets. */
  onReceived?: (message: ReceivedMessage) => void
}

export interface ReceivedMessage {
  envelope: { mailFrom: string; rcptTo: readonly string[] }
  /** As the client sent it, without trace headers. */
  source: Buffer
  at: Date
  /** Who logged in, or null. */
  user: string | null
  /** Recipients without a mailbox here. */
  undeliverable: readonly string[]
}

export interface SmtpServer {
  readonly port: number
  readonly faults: SmtpFaults
  /** The latest accepted messages, oldest first. */
  readonly received: readonly ReceivedMessage[]
  readonly connectionCount: number
  /** Resolves once `find` answers with something; asks again after every message. */
  untilReceived<T>(
    find: (received: readonly ReceivedMessage[]) => T | undefined,
    options: WaitOptions,
  ): Promise<T>
  /** Resolves with the next line of a client that matches, e.g. /^DATA/. */
  untilCommand(pattern: RegExp, options?: Partial<WaitOptions>): Promise<SeenCommand>
  dropConnections(): void
  /** Connections are refused until listenAgain(); open ones stay. */
  stopListening(): Promise<void>
  listenAgain(): Promise<void>
  close(): Promise<void>
}

/** Local parts that misbehave at RCPT, with the reply they get. */
const MAGIC_REPLIES: Readonly<Record<string, readonly [code: number, text: string]>> = {
  temperror: [451, '4.3.0 Try again later'],
  permerror: [550, '5.1.1 No such user here'],
}

/** Local parts that are accepted at RCPT and go wrong afterwards. */
const MAGIC_STAGES: Readonly<Record<string, readonly [stage: Stage, mischief: SmtpMischief]>> = {
  /** The message is taken, but the client never hears about it. */
  drop: ['accepted', { do: 'drop' }],
  /** The line goes dead in the middle of the message. */
  dropdata: ['body', { do: 'drop' }],
  slow: ['accepted', { do: 'delay', ms: 2_000 }],
}

const RECEIVED_KEPT = 2_000

export async function startSmtpServer(options: SmtpServerOptions): Promise<SmtpServer> {
  const server = new LoopbackSmtpServer(options)
  await server.start()
  return server
}

class LoopbackSmtpServer implements SmtpServer {
  readonly faults = new SmtpFaults()
  readonly #options: SmtpServerOptions
  readonly #name: string
  readonly #upgrade: Upgrade | null
  readonly #inner: SMTPServer
  readonly #gates = new Set<Gate>()
  readonly #received: ReceivedMessage[] = []
  readonly #changes = new Changes()
  readonly #log = new CommandLog(this.#changes)
  #port: number
  #innerPort = 0
  #listener: Server | null = null

  constructor(options: SmtpServerOptions) {
    this.#options = options
    this.#port = options.port ?? 0
    this.#name = options.name ?? 'mx.demo.test'
    this.#upgrade = upgradeWith(options.tls)
    this.#inner = new SMTPServer({
      name: this.#name,
      banner: 'Postroom demo',
      size: options.bytesMax,
      rejectOversized: true,
      authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
      authOptional: options.requiresLogin !== true,
      // TLS ends at the gate.
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      hidePIPELINING: true,
      hideENHANCEDSTATUSCODES: false,
      disableReverseLookup: true,
      logger: false,
      onAuth: ({ username = '', password, accessToken }, _session, answer) => {
        const isRight = this.#passwordOf(username) === (password ?? accessToken)
        if (isRight) answer(null, { user: username })
        else answer(Object.assign(new Error('5.7.8 Wrong login'), { responseCode: 535 }))
      },
      onRcptTo: ({ address }, session, answer) => answer(this.#refusalOf(address, session)),
      onData: (stream, session, answer) => {
        this.#take(stream, session).then(
          (text) => answer(null, text),
          (err: Error) => answer(err),
        )
      },
    })
  }

  get port(): number {
    return this.#port
  }

  get received(): readonly ReceivedMessage[] {
    return this.#received
  }

  get connectionCount(): number {
    return this.#gates.size
  }

  untilReceived<T>(
    find: (received: readonly ReceivedMessage[]) => T | undefined,
    options: WaitOptions,
  ): Promise<T> {
    return this.#changes.until(() => find(this.#received), options)
  }

  untilCommand(pattern: RegExp, options?: Partial<WaitOptions>): Promise<SeenCommand> {
    return this.#log.untilNext(pattern, options)
  }

  dropConnections(): void {
    for (const gate of this.#gates) gate.drop()
  }

  async start(): Promise<void> {
    // A port nobody is told about: clients come through the gate.
    const inner = this.#inner.listen(0, '127.0.0.1')
    await once(inner, 'listening')
    this.#innerPort = (inner.address() as AddressInfo).port
    await this.listenAgain()
  }

  async stopListening(): Promise<void> {
    this.#listener?.close()
    this.#listener = null
  }

  async listenAgain(): Promise<void> {
    if (this.#listener !== null) return
    const listener = createServer({ noDelay: true }, (socket) => void this.#welcome(socket))
    this.#listener = listener
    listener.listen(this.#port, this.#options.host ?? '127.0.0.1')
    await once(listener, 'listening')
    this.#port = (listener.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    await this.stopListening()
    this.dropConnections()
    await new Promise<void>((resolve) => {
      this.#inner.close(() => resolve())
    })
  }

  async #welcome(socket: Socket): Promise<void> {
    quiet(socket)
    const isSecure = this.#options.tls?.implicit === true && this.#upgrade !== null
    const client = isSecure && this.#upgrade !== null ? this.#upgrade(socket) : socket
    const deps = {
      faults: this.faults,
      upgrade: this.#upgrade,
      serverPort: this.#innerPort,
      onCommand: (text: string) => this.#log.add({ text, user: null }),
    }
    const gate = new Gate(client, deps, { isSecure })
    this.#gates.add(gate)
    socket.once('close', () => this.#gates.delete(gate))
    await gate.run()
  }

  #passwordOf(user: string): string | undefined {
    const { users } = this.#options
    return users instanceof Map ? users.get(user) : (users as Record<string, string>)[user]
  }

  #gateOf(session: SMTPServerSession): Gate | undefined {
    return [...this.#gates].find((gate) => gate.portAtServer === session.remotePort)
  }

  #refusalOf(address: string, session: SMTPServerSession): Error | null {
    const localPart = localPartOf(address)
    const reply = MAGIC_REPLIES[localPart]
    if (reply !== undefined) {
      const [responseCode, text] = reply
      return Object.assign(new Error(text), { responseCode })
    }
    const later = MAGIC_STAGES[localPart]
    if (later !== undefined) this.#gateOf(session)?.arm(...later)
    return null
  }

  async #take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const source = Buffer.concat(await stream.toArray())
    if (stream.sizeExceeded || this.#gateOf(session)?.discards === true) return 'Not kept'
    const { mailFrom, rcptTo } = session.envelope
    const envelope = {
      mailFrom: mailFrom === false ? '' : mailFrom.address,
      rcptTo: rcptTo.map(({ address }) => address),
    }
    const user = typeof session.user === 'string' ? session.user : null
    const at = new Date()
    const undeliverable = envelope.rcptTo.filter(
      (recipient) =>
        !deliverMail(
          { serverName: this.#name, deliver: this.#options.deliver },
          {
            source,
            mailFrom: envelope.mailFrom,
            recipient,
            user,
            id: session.id,
            clientName: session.hostNameAppearsAs,
            clientAddress: session.remoteAddress,
            at,
          },
        ),
    )
    const message = { envelope, source, at, user, undeliverable }
    this.#options.onReceived?.(message)
    this.#received.push(message)
    if (this.#received.length > RECEIVED_KEPT) this.#received.splice(0, RECEIVED_KEPT / 2)
    this.#changes.announce()
    return `2.0.0 Queued as ${session.id}`
  }
}
