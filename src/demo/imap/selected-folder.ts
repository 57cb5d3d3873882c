/**
 * A folder as one session sees it: the messages it has been told about, by sequence number.
 *
 * Others may deliver and expunge at any time, but numbers must not move under a client's feet
 * (RFC 9051 §7.5.1), so news are collected and handed out only when the protocol allows.
 */
import type { Folder, FolderListener, StoredMessage } from './accounts.ts'
import { flagsOf } from './fetch-items.ts'
import type { Candidate, Highest } from './search.ts'
import { isInSet, parseSequenceSet } from './sequence-set.ts'

export interface SelectedFolderOptions {
  readOnly: boolean
  onNews: () => void
  onReset: () => void
}

export class SelectedFolder {
  readonly folder: Folder
  readonly readOnly: boolean
  readonly listener: FolderListener
  readonly #changedFlags = new Set<StoredMessage>()
  #view: StoredMessage[]
  #isStale = false
  /** Something of the view may be gone. */
  #isThinner = false

  constructor(folder: Folder, { readOnly, onNews, onReset }: SelectedFolderOptions) {
    this.folder = folder
    this.readOnly = readOnly
    this.#view = [...folder.messages]
    this.listener = (what) => {
      if (what === 'reset') {
        onReset()
        return
      }
      if (typeof what === 'object') this.#changedFlags.add(what.flags)
      else {
        this.#isStale = true
        this.#isThinner ||= what === 'expunged'
      }
      onNews()
    }
    folder.listen(this.listener)
  }

  leave(): void {
    this.folder.unlisten(this.listener)
  }

  get candidates(): Candidate[] {
    return this.#view.map((message, index) => ({ message, sequence: index + 1 }))
  }

  get highest(): Highest {
    return { sequence: this.#view.length, uid: this.#view.at(-1)?.uid ?? 0 }
  }

  /** The messages a sequence set or UID set names; those that are gone are left out. */
  pick(set: string, { byUid }: { byUid: boolean }): Candidate[] {
    const { uid, sequence } = this.highest
    const ranges = parseSequenceSet(set, byUid ? uid : sequence)
    return this.candidates.filter(
      (one) =>
        isInSet(ranges, byUid ? one.message.uid : one.sequence) && this.folder.holds(one.message),
    )
  }

  /** Untagged lines that bring the client up to date. */
  takeNews({ expunges }: { expunges: boolean }): string[] {
    const lines: string[] = []
    if (this.#isStale) {
      if (expunges && this.#isThinner) lines.push(...this.#takeExpunges())
      lines.push(...this.#takeArrivals())
      // What could not be said now is said after the next command.
      this.#isStale = this.#isThinner || this.#view.length !== this.folder.size
    }
    for (const message of this.#changedFlags) {
      const sequence = this.#view.indexOf(message) + 1
      if (sequence > 0)
        lines.push(`${sequence} FETCH (UID ${message.uid} FLAGS ${flagsOf(message)})`)
    }
    this.#changedFlags.clear()
    return lines
  }

  #takeExpunges(): string[] {
    this.#isThinner = false
    const gone = this.candidates.filter(({ message }) => !this.folder.holds(message))
    this.#view = this.#view.filter((message) => this.folder.holds(message))
    // From the end: an EXPUNGE moves every number above it.
    return gone.toReversed().map(({ sequence }) => `${sequence} EXPUNGE`)
  }

  #takeArrivals(): string[] {
    const arrived = this.folder.after(this.highest.uid)
    this.#view.push(...arrived)
    return arrived.length > 0 ? [`${this.#view.length} EXISTS`, '0 RECENT'] : []
  }
}
