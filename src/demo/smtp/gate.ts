/**
 * Stands between the clients and smtp-server, passes the conversation on line by line, and makes
 * it go wrong where a fault says so. It also ends TLS, so that faults work inside of it.
 *
 * Strictly one command at a time: what it answers itself can never overtake a reply of the server.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import { StreamReader } from '../reader.ts'
import type { Upgrade } from '../tls.ts'
import { quiet } from '../tls.ts'
import { unreachable } from '../../errors.ts'
import type { SmtpFaults, SmtpMischief, Stage } from './faults.ts'

const STAGES: Readonly<Record<string, Stage>> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  STARTTLS: 'starttls',
  AUTH: 'auth',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
}

const END_OF_MESSAGE = '\r\n.\r\n'

export interface GateDeps {
  faults: SmtpFaults
  upgrade: Upgrade | null
  /** Where smtp-server listens. */
  serverPort: number
  onCommand(line: string): void
}

export class Gate {
  readonly #deps: GateDeps
  readonly #server: Socket
  readonly #fromServer: StreamReader
  /** Mischief of this connection alone, e.g. because of a magic recipient. */
  readonly #own: { stage: Stage; mischief: SmtpMischief }[] = []
  #client: Duplex
  #fromClient: StreamReader
  #isSecure: boolean
  /** The message that is being received is to be thrown away at its end. */
  discards = false

  constructor(client: Duplex, deps: GateDeps, { isSecure }: { isSecure: boolean }) {
    this.#deps = deps
    this.#client = client
    this.#isSecure = isSecure
    this.#fromClient = new StreamReader(client)
    this.#server = quiet(connect({ port: deps.serverPort, host: '127.0.0.1', noDelay: true }))
    this.#fromServer = new StreamReader(this.#server)
  }

  /** How smtp-server sees this connection: the port its client comes from. */
  get portAtServer(): number | undefined {
    return this.#server.localPort
  }

  arm(stage: Stage, mischief: SmtpMischief): void {
    this.#own.push({ stage, mischief })
  }

  drop(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  async run(): Promise<void> {
    try {
      if (!(await this.#handledByFault('connect', ''))) await this.#passReply('')
      for (;;) {
        const line = await this.#fromClient.line()
        if (line === null) return
        this.#deps.onCommand(line)
        await this.#passCommand(line)
        if (this.#client.destroyed || this.#server.destroyed) return
      }
    } finally {
      this.#server.destroy()
      this.#client.end()
    }
  }

  async #passCommand(line: string): Promise<void> {
    const verb = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? ''
    const stage = STAGES[verb]
    if (stage !== undefined && (await this.#handledByFault(stage, line))) return
    if (verb === 'STARTTLS') {
      this.#startTls()
      return
    }
    this.#server.write(`${line}\r\n`, 'latin1')
    let reply = await this.#passReply(verb)
    while (reply.startsWith('334')) {
      // Inside AUTH: what the client says is no command.
      const answer = await this.#fromClient.line()
      if (answer === null) return
      this.#server.write(`${answer}\r\n`, 'latin1')
      reply = await this.#passReply(verb)
    }
    if (reply.startsWith('354')) await this.#passMessage()
  }

  /** Passes one whole reply to the client and returns its last line. */
  async #passReply(verb: string): Promise<string> {
    const lines = await this.#reply()
    const last = lines.at(-1) ?? ''
    const shown = verb === 'EHLO' ? this.#capabilities(lines) : lines
    if (shown.length > 0) this.#client.write(`${shown.join('\r\n')}\r\n`, 'latin1')
    return last
  }

  async #reply(): Promise<string[]> {
    const lines: string[] = []
    for (;;) {
      const line = await this.#fromServer.line()
      if (line === null) {
        this.#client.end()
        return lines
      }
      lines.push(line)
      if (/^\d{3}(?: |$)/.test(line)) return lines
    }
  }

  #capabilities(lines: readonly string[]): string[] {
    const texts = lines.map((line) => line.slice(4))
    const [greeting = '', ...keywords] = texts
    const offered = keywords.filter((text) => !this.#deps.faults.isHidden(text.split(' ')[0] ?? ''))
    const canUpgrade = this.#deps.upgrade !== null && !this.#isSecure
    if (canUpgrade && !this.#deps.faults.isHidden('STARTTLS')) offered.push('STARTTLS')
    const shown = [greeting, ...offered]
    const code = lines[0]?.slice(0, 3) ?? '250'
    return shown.map((text, index) => `${code}${index === shown.length - 1 ? ' ' : '-'}${text}`)
  }

  #startTls(): void {
    const { upgrade } = this.#deps
    if (upgrade === null || this.#isSecure) {
      this.#client.write('502 5.5.1 No TLS here\r\n')
      return
    }
    this.#client.write('220 2.0.0 Ready to start TLS\r\n')
    this.#client.removeAllListeners('data')
    this.#client = upgrade(this.#client)
    this.#fromClient = new StreamReader(this.#client)
    this.#isSecure = true
  }

  async #passMessage(): Promise<void> {
    if (!(await this.#passUntilDot())) return
    const refusal = this.#take('dot', '.')
    this.discards = refusal !== null && refusal.do !== 'delay'
    this.#server.write('.\r\n')
    const reply = await this.#reply()
    this.discards = false
    const mischief = refusal ?? this.#take('accepted', '.')
    if (mischief !== null && (await this.#happens(mischief))) return
    if (reply.length > 0) this.#client.write(`${reply.join('\r\n')}\r\n`, 'latin1')
  }

  /** Passes the message without its final dot; false when it never came to that. */
  async #passUntilDot(): Promise<boolean> {
    const mischief = this.#take('body', '')
    // The end may be split over two chunks, so what could be its beginning is kept back. It starts
    // with the line end of DATA itself, which is not passed on again.
    let held = Buffer.from('\r\n')
    let skip = held.length
    for (;;) {
      const chunk = await this.#fromClient.available()
      if (chunk === null) return false
      if (mischief !== null && (await this.#happens(mischief))) return false
      const seen = Buffer.concat([held, chunk])
      const end = seen.indexOf(END_OF_MESSAGE)
      const until = end < 0 ? Math.max(0, seen.length - END_OF_MESSAGE.length + 1) : end + 2
      if (!this.#server.write(seen.subarray(Math.min(skip, until), until))) {
        await this.#serverDrained()
      }
      skip = Math.max(0, skip - until)
      if (end >= 0) {
        this.#fromClient.putBack(seen.subarray(end + END_OF_MESSAGE.length))
        return true
      }
      held = seen.subarray(until)
    }
  }

  async #serverDrained(): Promise<void> {
    const server = this.#server
    await new Promise<void>((resolve) => {
      const done = (): void => {
        server.off('drain', done).off('close', done)
        resolve()
      }
      server.on('drain', done).on('close', done)
    })
  }

  #take(stage: Stage, line: string): SmtpMischief | null {
    const own = this.#own.findIndex((one) => one.stage === stage)
    if (own >= 0) return this.#own.splice(own, 1)[0]?.mischief ?? null
    return this.#deps.faults.take(stage, line)
  }

  async #handledByFault(stage: Stage, line: string): Promise<boolean> {
    const mischief = this.#take(stage, line)
    return mischief !== null && (await this.#happens(mischief))
  }

  /** True when nothing is left to be said at this stage. */
  async #happens(mischief: SmtpMischief): Promise<boolean> {
    switch (mischief.do) {
      case 'reply':
        this.#client.write(`${mischief.with}\r\n`, 'latin1')
        return true
      case 'drop':
        this.drop()
        return true
      case 'hang':
        while ((await this.#fromClient.available()) !== null);
        this.drop()
        return true
      case 'delay':
        await delay(mischief.ms)
        return false
      case 'endless':
        while (!this.#client.destroyed) {
          this.#client.write(`250-${'and so on '.repeat(500)}\r\n`)
          await delay(1)
        }
        return true
      default:
        return unreachable(mischief)
    }
  }
}
