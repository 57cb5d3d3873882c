/**
 * One IMAP connection with one folder open (with fetch-connect.ts and fetch-move.ts imapflow's only door).
 *
 * Every command has a deadline of our own: a server that drips bytes never trips a socket
 * timeout. The session is single-use; when anything goes wrong it is closed and a new one made.
 */
import { Readable } from 'node:stream'
import type { ImapFlow } from 'imapflow'
import type { InboxConfig } from '../config.ts'
import { parseMessageIds } from '../mail/message-id.ts'
import { Bell, pause } from '../pause.ts'
import { isWithin, rangeSet, type UidRange, uidRanges, uidSet } from './fetch-batches.ts'
import { type OpenFolder, openFolder, type Opening } from './fetch-connect.ts'
import { within } from './fetch-deadline.ts'
import { moveMessages, type Moved, searched } from './fetch-move.ts'
import { PATIENCE, type Patience, TAKEN_BYTES_MAX } from './fetch-options.ts'

const DOWNLOAD_CHUNK_BYTES = 1024 * 1024
const IDS_PER_FETCH = 500
/** Some servers only estimate sizes; what ends before this share of it was cut off. */
const WHOLE_ENOUGH = 0.9

export interface MessageMeta {
  readonly uid: number
  readonly size: number
  readonly internalAt: Date | null
}

export class ImapSession {
  readonly uidValidity: number
  /** Null: the server did not say (RFC 9051 §2.3.1.1 asks it to). */
  readonly uidNext: number | null
  readonly #client: ImapFlow
  readonly #closed: Promise<void>
  readonly #news = new Bell()
  readonly #patience: Patience
  /** How many messages there were when it was opened. */
  readonly exists: number
  readonly #throttled: OpenFolder['throttled']
  #failure: Error | null = null

  private constructor(open: OpenFolder, patience: Patience) {
    const { client, closed, uidValidity, uidNext, exists, throttled } = open
    this.#client = client
    this.exists = exists
    this.#throttled = throttled
    this.#patience = patience
    this.uidValidity = uidValidity
    this.uidNext = uidNext
    this.#closed = closed
    client.on('exists', () => this.#news.ring())
    client.on('error', (err: Error) => this.#fail(err))
    client.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  /** Connects, logs in and opens the folder; throws what imapflow throws. */
  static async open(imap: InboxConfig['imap'], opening: Opening = {}): Promise<ImapSession> {
    const { patience = PATIENCE } = opening
    return new ImapSession(await openFolder(imap, { ...opening, patience }), patience)
  }

  get canIdle(): boolean {
    return this.#client.capabilities.has('IDLE')
  }

  /** From a UID on, as much at a time as may be asked for. */
  ranges(fromUid: number): Iterable<UidRange> {
    return uidRanges(fromUid, { uidNext: this.uidNext, exists: this.exists })
  }

  /** Size and arrival time of every message of a range. */
  list(range: UidRange): Promise<MessageMeta[]> {
    return this.#list(rangeSet(range), (uid) => isWithin(uid, range))
  }

  /** The same of these messages, as far as they are still there. */
  listOnly(uids: readonly number[]): Promise<MessageMeta[]> {
    const wanted = new Set(uids)
    return this.#list(uidSet(uids), (uid) => wanted.has(uid))
  }

  async #list(set: string, isWanted: (uid: number) => boolean): Promise<MessageMeta[]> {
    const found: MessageMeta[] = []
    await this.#within(this.#patience.commandMs * 5, 'FETCH', async () => {
      const query = { uid: true, size: true, internalDate: true }
      for await (const message of this.#client.fetch(set, query, { uid: true })) {
        if (!isWanted(message.uid)) continue
        found.push({
          uid: message.uid,
          size: message.size ?? 0,
          internalAt: dateOf(message.internalDate),
        })
      }
    })
    return found.toSorted((a, b) => a.uid - b.uid)
  }

  /** The server's UIDs of a range, all or since a day. */
  async uids(range: UidRange, since: Date | null): Promise<number[]> {
    const query = { uid: rangeSet(range), ...(since === null ? {} : { since }) }
    const found = await this.#within(this.#patience.commandMs * 5, 'SEARCH', () =>
      searched(this.#client, query),
    )
    const valid = found.filter((uid) => Number.isSafeInteger(uid) && isWithin(uid, range))
    return Array.from(new Set(valid)).toSorted((a, b) => a - b)
  }

  /** Of what is in the folder now; a server that does not tell the next UID is asked for all. */
  async highestUid(): Promise<number> {
    if (this.uidNext !== null) return this.uidNext - 1
    return (await this.uids({ from: 1, to: null }, null)).at(-1) ?? 0
  }

  async has(uid: number): Promise<boolean> {
    const found = await this.#within(this.#patience.commandMs, 'SEARCH', () =>
      searched(this.#client, { uid: String(uid) }),
    )
    return found.includes(uid)
  }

  /** Sources of messages; a UID that is missing in the answer was not delivered properly. */
  async sources(wanted: readonly MessageMeta[]): Promise<Map<number, Buffer>> {
    const uids = new Set(wanted.map(({ uid }) => uid))
    // Only where the server says so beforehand is nothing the whole message.
    const empty = new Set(wanted.flatMap(({ uid, size }) => (size === 0 ? [uid] : [])))
    const bytes = wanted.reduce((sum, { size }) => sum + size, 0)
    const found = new Map<number, Buffer>()
    await this.#within(
      this.#patience.commandMs + bytes / this.#patience.bytesPerMs,
      'FETCH',
      async () => {
        const range = uidSet([...uids])
        const query = { uid: true, source: true }
        for await (const message of this.#client.fetch(range, query, { uid: true })) {
          // A server may put an unsolicited answer in between, or answer for another message.
          if (!uids.has(message.uid) || !Buffer.isBuffer(message.source)) continue
          if (message.source.length > 0 || empty.has(message.uid)) {
            found.set(message.uid, message.source)
          }
        }
      },
    )
    return found
  }

  /** The first `bytesMax` bytes of a message that is too large. */
  beginning(uid: number, bytesMax: number): Promise<Buffer | null> {
    return this.#within(this.#patience.commandMs, 'FETCH', () => this.#piece(uid, 0, bytesMax))
  }

  /**
   * Streams a large message into `take`, in pieces; null when it was not delivered whole. What
   * `take` got then is not the message. The server has a deadline, `take` has its own time, and
   * has to refuse more than `bytesMax`.
   */
  async download<T>(
    meta: MessageMeta,
    take: (content: Readable) => Promise<T>,
    bytesMax: number = TAKEN_BYTES_MAX,
  ): Promise<T | null> {
    const content = Readable.from(this.#pieces(meta, bytesMax), { objectMode: false })
    // It may break before anybody reads it; the reader sees the error all the same.
    content.on('error', () => {})
    try {
      return await take(content)
    } catch (err) {
      if (err instanceof NotWhole) return null
      throw err
    }
  }

  async *#pieces({ uid, size }: MessageMeta, bytesMax: number): AsyncGenerator<Buffer> {
    let leftMs = this.#patience.commandMs + size / this.#patience.bytesPerMs
    // Up to a piece that is too much, which `take` refuses: an end before it would look like a whole.
    for (let at = 0; at <= bytesMax; ) {
      const askedAt = performance.now()
      const piece = await this.#within(leftMs, 'FETCH', () =>
        this.#piece(uid, at, DOWNLOAD_CHUNK_BYTES),
      )
      leftMs -= performance.now() - askedAt
      if (piece === null || piece.length === 0) {
        if (at < size * WHOLE_ENOUGH) throw new NotWhole(`${at} of ${size} bytes`)
        return
      }
      yield piece
      at += piece.length
      // Longer than asked for: this server knows no partial FETCH and sent everything.
      if (at === size || piece.length > DOWNLOAD_CHUNK_BYTES) return
    }
  }

  async #piece(uid: number, start: number, maxLength: number): Promise<Buffer | null> {
    const query = { uid: true, source: { start, maxLength } }
    const message = await this.#client.fetchOne(String(uid), query, { uid: true })
    return message && message.uid === uid && Buffer.isBuffer(message.source) ? message.source : null
  }

  /** Message-IDs by UID, for messages whose source is not taken. */
  async messageIds(uids: readonly number[]): Promise<Map<number, string>> {
    const found = new Map<number, string>()
    for (let start = 0; start < uids.length; start += IDS_PER_FETCH) {
      const set = uidSet(uids.slice(start, start + IDS_PER_FETCH))
      await this.#within(this.#patience.commandMs * 2, 'FETCH', async () => {
        const query = { uid: true, envelope: true }
        for await (const message of this.#client.fetch(set, query, { uid: true })) {
          const [id] = parseMessageIds(message.envelope?.messageId)
          if (id !== undefined) found.set(message.uid, id)
        }
      })
    }
    return found
  }

  async flagSeen(uids: readonly number[]): Promise<void> {
    const taken = await this.#within(this.#patience.commandMs, 'STORE', () =>
      this.#client.messageFlagsAdd(uidSet(uids), ['\\Seen'], { uid: true }),
    )
    // Of a folder that is read-only, for one.
    if (!taken) throw new Error('the server did not take the flag \\Seen')
  }

  move(uids: readonly number[], folder: string): Promise<Moved> {
    return this.#within(this.#patience.commandMs * 3, 'MOVE', () =>
      moveMessages(this.#client, uids, folder),
    )
  }

  async createFolder(folder: string): Promise<void> {
    await this.#within(this.#patience.commandMs, 'CREATE', () => this.#client.mailboxCreate(folder))
  }

  /**
   * Waits for the server to say that something arrived (IDLE), at most `ms`; then the caller
   * looks for himself, because IDLE may lie. Throws when the connection is gone.
   */
  async waitForNews(ms: number, signal: AbortSignal): Promise<boolean> {
    let told = false
    if (this.#failure === null && !signal.aborted) {
      // Ends by itself with the next command; a failure shows as 'error' or 'close'.
      this.#client.idle().catch(() => {})
      told = await this.#news.wait(ms, signal)
    }
    if (this.#failure !== null && !signal.aborted) throw this.#throttled() ?? this.#failure
    return told
  }

  /** Leaves politely within a second, then closes. */
  async close(): Promise<void> {
    const stop = new AbortController()
    const gone = Promise.allSettled([this.#client.logout()])
    await Promise.race([gone, pause(1_000, stop.signal)])
    stop.abort()
    this.#client.close()
    await Promise.race([this.#closed, pause(100, new AbortController().signal)])
  }

  /** Ends whatever is going on, at once. */
  abort(): void {
    this.#fail(new Error('stopped'))
    this.#client.close()
  }

  #fail(failure: Error): void {
    this.#failure ??= failure
    this.#news.ring()
  }

  async #within<T>(ms: number, what: string, work: () => Promise<T>): Promise<T> {
    try {
      if (this.#failure !== null) throw this.#failure
      return await within(ms, what, work(), () => this.#client.close())
    } catch (err) {
      throw this.#throttled() ?? err
    }
  }
}

/** The server ended a message before its end. */
class NotWhole extends Error {
  override readonly name = 'NotWhole'
}

const dateOf = (value: Date | string | undefined): Date | null => {
  const date = value === undefined ? null : new Date(value)
  return date === null || Number.isNaN(date.getTime()) ? null : date
}
