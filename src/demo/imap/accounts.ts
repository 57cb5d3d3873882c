/**
 * The mail of the demo's IMAP server: users, their folders, and the messages in them.
 * All in memory. Sessions listen to the folder they have selected.
 */
import { Changes, type WaitOptions } from '../changes.ts'

export interface StoredMessage {
  readonly uid: number
  readonly source: Buffer
  readonly internalDate: Date
  readonly flags: ReadonlySet<string>
}

interface HeldMessage extends StoredMessage {
  flags: Set<string>
}

export interface NewMessage {
  source: Buffer
  flags?: readonly string[] | undefined
  internalDate?: Date | undefined
}

export type FlagChange = 'add' | 'remove' | 'replace'

/** What a session hears from its folder; `flags` names the message whose flags changed. */
export type FolderListener = (
  what: 'arrived' | 'expunged' | 'reset' | { flags: StoredMessage },
) => void

/** RFC 9051 wants a UIDVALIDITY that only grows; time gives that across restarts, too. */
let lastUidValidity = 0
function nextUidValidity(): number {
  lastUidValidity = Math.max(lastUidValidity + 1, Math.floor(Date.now() / 1000))
  return lastUidValidity
}

export class Folder {
  readonly name: string
  /** RFC 6154 attribute, e.g. `\Sent`. */
  readonly specialUse: string | null
  readonly #changes: Changes
  readonly #listeners = new Set<FolderListener>()
  #held = new Map<number, HeldMessage>()
  #uidValidity = nextUidValidity()
  #uidNext = 1

  constructor(name: string, specialUse: string | null, changes: Changes) {
    this.name = name
    this.specialUse = specialUse
    this.#changes = changes
  }

  get uidValidity(): number {
    return this.#uidValidity
  }

  get uidNext(): number {
    return this.#uidNext
  }

  /** In UID order. */
  get messages(): readonly StoredMessage[] {
    return [...this.#held.values()]
  }

  get size(): number {
    return this.#held.size
  }

  /** Those with a higher UID, in UID order. */
  after(uid: number): readonly StoredMessage[] {
    const found: StoredMessage[] = []
    for (let next = this.#uidNext - 1; next > uid; next -= 1) {
      const message = this.#held.get(next)
      if (message !== undefined) found.push(message)
    }
    return found.reverse()
  }

  holds(message: StoredMessage): boolean {
    return this.#held.get(message.uid) === message
  }

  add({ source, flags = [], internalDate = new Date() }: NewMessage): StoredMessage {
    const message = { uid: this.#uidNext, source, internalDate, flags: new Set(flags) }
    this.#uidNext += 1
    this.#held.set(message.uid, message)
    this.#tell('arrived')
    return message
  }

  /** `except` is the session that asked: it reports the change itself. */
  changeFlags(
    message: StoredMessage,
    change: FlagChange,
    flags: readonly string[],
    except?: FolderListener,
  ): void {
    const held = this.#held.get(message.uid)
    if (held !== message || held === undefined) return
    if (change === 'replace') held.flags.clear()
    for (const flag of flags) {
      if (change === 'remove') held.flags.delete(flag)
      else held.flags.add(flag)
    }
    this.#tell({ flags: message }, except)
  }

  expunge(messages: readonly StoredMessage[]): void {
    for (const message of messages) if (this.holds(message)) this.#held.delete(message.uid)
    this.#tell('expunged')
  }

  /** What a restored or rebuilt mail store does: same mail, new UIDs. Open sessions are ended. */
  changeUidValidity(uidValidity = nextUidValidity()): void {
    const messages = this.messages
    this.#uidValidity = uidValidity
    this.#uidNext = 1
    this.#held = new Map()
    for (const { source, flags, internalDate } of messages) {
      this.add({ source, flags: [...flags], internalDate })
    }
    this.endSessions()
  }

  endSessions(): void {
    this.#tell('reset')
  }

  /** Resolves once `find` answers with something; asks again whenever anything changes. */
  until<T>(
    find: (messages: readonly StoredMessage[]) => T | undefined,
    options: WaitOptions,
  ): Promise<T> {
    return this.#changes.until(() => find(this.messages), options)
  }

  listen(listener: FolderListener): void {
    this.#listeners.add(listener)
  }

  unlisten(listener: FolderListener): void {
    this.#listeners.delete(listener)
  }

  #tell(what: Parameters<FolderListener>[0], except?: FolderListener): void {
    for (const listener of this.#listeners) if (listener !== except) listener(what)
    this.#changes.announce()
  }
}

const FOLDERS: readonly (readonly [name: string, specialUse: string | null])[] = [
  ['INBOX', null],
  ['Archive', '\\Archive'],
  ['Drafts', '\\Drafts'],
  ['Junk', '\\Junk'],
  ['Sent', '\\Sent'],
  ['Trash', '\\Trash'],
]

export class Account {
  readonly user: string
  password: string
  readonly #changes: Changes
  readonly #folders = new Map<string, Folder>()

  constructor(user: string, password: string, changes: Changes) {
    this.user = user
    this.password = password
    this.#changes = changes
    for (const [name, specialUse] of FOLDERS) {
      this.#folders.set(name, new Folder(name, specialUse, changes))
    }
  }

  get folders(): readonly Folder[] {
    return [...this.#folders.values()]
  }

  /** INBOX is the one name that ignores case (RFC 9051 §5.1). */
  find(name: string): Folder | null {
    return this.#folders.get(/^inbox$/i.test(name) ? 'INBOX' : name) ?? null
  }

  create(name: string): Folder {
    const folder = new Folder(name, null, this.#changes)
    this.#folders.set(name, folder)
    return folder
  }

  remove(folder: Folder): void {
    this.#folders.delete(folder.name)
    folder.endSessions()
  }
}
