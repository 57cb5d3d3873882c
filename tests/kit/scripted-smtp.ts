/**
 * An SMTP server that does exactly what a test tells it, wrong things included.
 *
 * Each connection takes the next script of the list, the last one for all that follow. What a
 * script does not mention is answered like a well-behaved server would.
 */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Certificate } from './certificates.ts'

/** Close the connection, or say nothing for ever. */
export const DROP = Symbol('drop')
export const HANG = Symbol('hang')

/** A text to send, then optionally a drop. */
export type Answer = string | typeof DROP | typeof HANG | readonly [string, typeof DROP]

export interface SmtpScript {
  greeting?: Answer
  /** Extensions after EHLO; STARTTLS is offered when there is a certificate. */
  extensions?: readonly string[]
  /** By verb: EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, RSET, QUIT. */
  answers?: Readonly<Record<string, Answer>>
  /** After the first bytes of a body. */
  midBody?: Answer
  afterDot?: Answer
}

export interface SmtpSession {
  readonly commands: string[]
  secure: boolean
}

export interface ScriptedSmtp {
  readonly port: number
  readonly sessions: SmtpSession[]
  /** Bodies that came complete with their dot, as on the wire, without the dot. */
  readonly messages: string[]
  /** Closes every open connection from the server's side. */
  dropAll(): void
  stop(): Promise<void>
}

const DEFAULT_ANSWERS: Readonly<Record<string, Answer>> = {
  AUTH: '235 2.7.0 welcome',
  MAIL: '250 2.1.0 OK',
  RCPT: '250 2.1.5 OK',
  DATA: '354 go ahead',
  RSET: '250 2.0.0 OK',
  QUIT: ['221 2.0.0 bye', DROP],
}

export async function startScriptedSmtp(
  scripts: readonly SmtpScript[] = [{}],
  tls: { certificate: Certificate; implicit?: boolean } | null = null,
): Promise<ScriptedSmtp> {
  const sockets = new Set<Socket>()
  const sessions: SmtpSession[] = []
  const messages: string[] = []
  const server: Server = createServer((socket) => {
    sockets.add(socket.setNoDelay())
    socket.on('error', () => {})
    const script = scripts[Math.min(sessions.length, scripts.length - 1)] ?? {}
    const session: SmtpSession = { commands: [], secure: false }
    sessions.push(session)
    new Conversation(socket, script, session, messages, tls?.certificate ?? null).begin(
      tls?.implicit === true,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  return {
    port: address.port,
    sessions,
    messages,
    dropAll,
    async stop() {
      dropAll()
      server.close()
      await once(server, 'close')
    },
  }
}

const isPositive = (answer: Answer): boolean => typeof answer === 'string' && answer.startsWith('2')

class Conversation {
  #socket: Socket
  #buffer = ''
  #inBody = false
  #saidMidBody = false
  readonly #accepted = { MAIL: false, RCPT: false }
  readonly #script: SmtpScript
  readonly #session: SmtpSession
  readonly #messages: string[]
  readonly #certificate: Certificate | null

  constructor(
    socket: Socket,
    script: SmtpScript,
    session: SmtpSession,
    messages: string[],
    certificate: Certificate | null,
  ) {
    this.#socket = socket
    this.#script = script
    this.#session = session
    this.#messages = messages
    this.#certificate = certificate
  }

  begin(implicitTls: boolean): void {
    if (implicitTls) this.#secure()
    else this.#listen()
    this.#say(this.#script.greeting ?? '220 scripted.example.org ESMTP')
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#buffer += chunk.toString('latin1')
      while (this.#inBody ? this.#readBody() : this.#readCommand());
    })
  }

  #secure(): void {
    if (this.#certificate === null) throw new Error('the script has no certificate')
    this.#socket.removeAllListeners('data')
    this.#socket = new TLSSocket(this.#socket, { isServer: true, ...this.#certificate })
    this.#socket.on('error', () => {})
    this.#session.secure = true
    this.#buffer = ''
    this.#listen()
  }

  #readCommand(): boolean {
    const end = this.#buffer.indexOf('\r\n')
    if (end === -1) return false
    const command = this.#buffer.slice(0, end)
    this.#buffer = this.#buffer.slice(end + 2)
    this.#session.commands.push(command)
    const verb = (command.split(' ')[0] ?? '').toUpperCase()
    const answer = this.#script.answers?.[verb] ?? this.#usual(verb)
    if (verb === 'MAIL' || verb === 'RCPT') this.#accepted[verb] = isPositive(answer)
    this.#say(answer)
    if (verb === 'STARTTLS' && typeof answer === 'string' && answer.startsWith('220')) {
      this.#secure()
    }
    if (verb === 'DATA' && typeof answer === 'string' && answer.startsWith('354')) {
      this.#inBody = true
    }
    return true
  }

  #usual(verb: string): Answer {
    if (verb === 'STARTTLS') return this.#certificate === null ? '502 5.5.1 no' : '220 go on'
    if (verb === 'RCPT' && !this.#accepted.MAIL) return '503 5.5.1 need MAIL'
    if (verb === 'DATA' && !this.#accepted.RCPT) return '554 5.5.1 no valid recipients'
    if (verb !== 'EHLO') return DEFAULT_ANSWERS[verb] ?? '500 5.5.2 what?'
    const offered = [...(this.#script.extensions ?? ['8BITMIME', 'SIZE 1000000', 'AUTH PLAIN'])]
    if (this.#certificate !== null && !this.#session.secure) offered.push('STARTTLS')
    return ['scripted.example.org', ...offered]
      .map((line, index, all) => `250${index === all.length - 1 ? ' ' : '-'}${line}`)
      .join('\r\n')
  }

  #readBody(): boolean {
    if (this.#script.midBody !== undefined && !this.#saidMidBody && this.#buffer !== '') {
      this.#saidMidBody = true
      this.#say(this.#script.midBody)
    }
    const end = `\r\n${this.#buffer}`.indexOf('\r\n.\r\n')
    if (end === -1) return false
    this.#messages.push(this.#buffer.slice(0, end))
    this.#buffer = this.#buffer.slice(end + 3)
    this.#inBody = false
    this.#say(this.#script.afterDot ?? '250 2.0.0 queued as 42')
    return true
  }

  #say(answer: Answer): void {
    if (answer === HANG) return
    if (answer === DROP) this.#socket.destroy()
    else if (typeof answer === 'string') this.#socket.write(`${answer}\r\n`)
    else this.#socket.end(`${answer[0]}\r\n`)
  }
}
