/**
 * One connection to the IMAP server: greets, reads commands, answers them one after the other.
 * What the commands do is in commands-*.ts; what goes wrong on purpose is decided here.
 */
import type { Duplex } from 'node:stream'
import { unreachable } from '../../errors.ts'
import { StreamReader } from '../reader.ts'
import type { Account, Folder } from './accounts.ts'
import { ACCOUNT_COMMANDS, capabilityOf } from './commands-account.ts'
import { FOLDER_COMMANDS } from './commands-folder.ts'
import { MESSAGE_COMMANDS } from './commands-message.ts'
import type { ImapFaults, Mischief } from './faults.ts'
import type { Part } from './fetch-items.ts'
import { readCommand } from './read-command.ts'
import { SelectedFolder } from './selected-folder.ts'
import type { Piece, Token } from './tokens.ts'
import { BadCommand, tokenize } from './tokens.ts'
import { ResponseWriter } from './writer.ts'

export interface SessionDeps {
  faults: ImapFaults
  findAccount(user: string): Account | null
  /** Wraps the stream in TLS; null when the server has no certificate. */
  upgrade: ((socket: Duplex) => Duplex) | null
  onCommand(text: string, user: string | null): void
}

export interface Request {
  args: readonly Token[]
  /** `UID FETCH` rather than `FETCH`. */
  byUid: boolean
}

/** Runs a command and returns its tagged answer without the tag: `OK done`. */
export interface Command {
  when: 'always' | 'logged_in' | 'selected'
  run(session: ImapSession, request: Request): string | Promise<string>
}

const COMMANDS: Readonly<Record<string, Command>> = {
  ...ACCOUNT_COMMANDS,
  ...FOLDER_COMMANDS,
  ...MESSAGE_COMMANDS,
}

const TAKES_UID = new Set(['SEARCH', 'FETCH', 'STORE', 'COPY', 'MOVE', 'EXPUNGE'])

/** RFC 9051 §7.5.1: no EXPUNGE while the client may still be counting. */
const KEEPS_NUMBERS = new Set(['FETCH', 'STORE', 'SEARCH'])

export class ImapSession {
  readonly deps: SessionDeps
  account: Account | null = null
  selected: SelectedFolder | null = null
  reader: StreamReader
  isSecure: boolean
  #socket: Duplex
  #writer: ResponseWriter
  #isIdle = false
  #isLast = false
  #mischief: Mischief | null = null

  constructor(socket: Duplex, deps: SessionDeps, { isSecure }: { isSecure: boolean }) {
    this.deps = deps
    this.isSecure = isSecure
    this.#socket = socket
    this.#writer = new ResponseWriter(socket)
    this.reader = new StreamReader(socket)
  }

  async run(): Promise<void> {
    try {
      await this.#greet()
      for (;;) {
        const pieces = await readCommand(this.reader, () => this.#writer.line('+ Go ahead'))
        if (pieces === null) return
        await this.#answer(pieces)
      }
    } finally {
      this.unselect()
      this.#socket.destroy()
    }
  }

  // What commands need

  /** An untagged response. */
  say(...parts: readonly Part[]): Promise<void> {
    return this.#writer.line('* ', ...parts)
  }

  /** Asks the client to go on; resolves with its next line. */
  async ask(text: string): Promise<string | null> {
    await this.#writer.line(`+ ${text}`)
    return this.reader.line()
  }

  has(capability: string): boolean {
    return !this.deps.faults.isHidden(capability)
  }

  select(folder: Folder, { readOnly }: { readOnly: boolean }): void {
    this.unselect()
    this.selected = new SelectedFolder(folder, {
      readOnly,
      onNews: () => {
        if (this.#isIdle) void this.#sayNews({ expunges: true })
      },
      onReset: () => void this.hangUp('The folder was rebuilt'),
    })
  }

  unselect(): void {
    this.selected?.leave()
    this.selected = null
  }

  /** Pushes news until the client says DONE. */
  async idle(): Promise<void> {
    const done = this.ask('idling')
    this.#isIdle = this.#mischief?.do !== 'keep_quiet'
    if (this.#isIdle) await this.#sayNews({ expunges: true })
    await done
    this.#isIdle = false
  }

  /** LOGOUT: the tagged answer is the last thing the client hears. */
  endAfterAnswer(): void {
    this.#isLast = true
  }

  async hangUp(text: string): Promise<void> {
    await this.say(`BYE ${text}`)
    this.#socket.end()
  }

  /** Cuts the line without a word. */
  drop(): void {
    this.#socket.destroy()
  }

  /** STARTTLS: the answer still goes over the old stream, everything after it over the new one. */
  async secure(tag: string, upgrade: (socket: Duplex) => Duplex): Promise<void> {
    await this.#writer.line(`${tag} OK Begin TLS negotiation now`)
    this.#socket.removeAllListeners('data')
    this.#socket = upgrade(this.#socket)
    this.#writer.moveTo(this.#socket)
    this.reader = new StreamReader(this.#socket)
    this.isSecure = true
  }

  // The conversation

  async #greet(): Promise<void> {
    const mischief = this.deps.faults.take('CONNECT', null)
    if (mischief?.do === 'answer') await this.#writer.line(mischief.with)
    else if (await this.#happens(mischief, '*')) return
    else await this.say(`OK [${capabilityOf(this)}] Postroom demo IMAP server ready`)
  }

  async #answer(pieces: readonly Piece[]): Promise<void> {
    const text = pieces
      .map((piece) => (Buffer.isBuffer(piece) ? `{${piece.length}}` : piece))
      .join('')
    const [tag = '', ...words] = text.split(' ')
    const command = words.join(' ')
    const user = this.account?.user ?? null
    this.deps.onCommand(command, user)
    this.#mischief = this.deps.faults.take(command, user)
    this.#writer.mischief = this.#mischief
    if (await this.#happens(this.#mischief, tag)) return

    const answer = await this.#execute(tag, pieces)
    if (answer !== null) await this.#writer.line(`${tag} ${answer}`)
    this.#mischief = null
    this.#writer.mischief = null
    if (this.#isLast) this.#socket.end()
  }

  /** Mischief that replaces the answer; true when there is nothing left to do. */
  async #happens(mischief: Mischief | null, tag: string): Promise<boolean> {
    switch (mischief?.do) {
      case 'drop':
        this.drop()
        return true
      case 'stall':
        while ((await this.reader.line()) !== null);
        return true
      case 'bye':
        await this.hangUp(mischief.text ?? 'Shutting down')
        return true
      case 'answer':
        await this.#writer.line(`${tag} ${mischief.with}`)
        return true
      case 'say_first':
        for (const line of mischief.lines) await this.#writer.line(line)
        return false
      case 'say_instead':
        for (const line of mischief.lines) await this.#writer.line(line)
        await this.#writer.line(`${tag} OK done`)
        return true
      case undefined:
      case 'cut':
      case 'drip':
      case 'empty_body':
      case 'keep_quiet':
      case 'literal':
      case 'nil_body':
      case 'omit':
      case 'rewrite':
      case 'wrong_uid':
        return false
      default:
        return unreachable(mischief)
    }
  }

  async #execute(tag: string, pieces: readonly Piece[]): Promise<string | null> {
    try {
      const [, ...tokens] = tokenize(pieces)
      const { name, request } = readRequest(tokens)
      const command = COMMANDS[name]
      if (command === undefined || !this.has(name)) return `BAD Unknown command ${name}`
      if (command.when !== 'always' && this.account === null) return 'BAD Log in first'
      if (command.when === 'selected' && this.selected === null) return 'BAD Select a folder first'
      if (name === 'STARTTLS') return await this.#startTls(tag)

      const answer = await command.run(this, request)
      await this.#sayNews({ expunges: request.byUid || !KEEPS_NUMBERS.has(name) })
      return answer
    } catch (err) {
      if (err instanceof BadCommand) return `BAD ${err.message}`
      throw err
    }
  }

  async #startTls(tag: string): Promise<string | null> {
    if (this.deps.upgrade === null || this.isSecure) return 'BAD No TLS here'
    await this.secure(tag, this.deps.upgrade)
    return null
  }

  async #sayNews(options: { expunges: boolean }): Promise<void> {
    for (const line of this.selected?.takeNews(options) ?? []) await this.say(line)
  }
}

function readRequest(tokens: readonly Token[]): { name: string; request: Request } {
  const [first, ...rest] = tokens
  if (first?.kind !== 'atom') throw new BadCommand('A command is needed')
  const name = first.text.toUpperCase()
  if (name !== 'UID') return { name, request: { args: rest, byUid: false } }

  const [second, ...args] = rest
  const uidName = second?.kind === 'atom' ? second.text.toUpperCase() : ''
  if (!TAKES_UID.has(uidName)) throw new BadCommand('Unknown UID command')
  return { name: uidName, request: { args, byUid: true } }
}
