/**
 * Is another Postroom, with a database of its own, at work on this mailbox: a copy of the desk that somebody
 * restored and started, say? Each of them answers every customer, and neither knows of the other. Where the
 * server files what it sends, there are more automatic answers to a message then than we ever sent.
 */
import type { ImapFlow } from 'imapflow'
import { usableAddresses, parseAddressList } from '../mail/address-list.ts'
import { type Address, splitSubaddress } from '../mail/address.ts'
import { scanHeaderBlock } from '../mail/header-block.ts'
import { parseMessageIds } from '../mail/message-id.ts'
import { headerOf } from '../mail/message.ts'
import { type Answer, answersOfOthers } from '../store/answers-sent.ts'
import { isDatabaseDown } from '../store/database-errors.ts'
import { ownAddresses } from '../ticket/inbox.ts'
import { type BesideDeps, OneBeside } from './fetch-beside.ts'
import { failureOf } from './fetch-failure.ts'
import { PATIENCE } from './fetch-options.ts'
import { elapsedOf } from './fetch-rows.ts'
import { foldersUsedAs, inAccount } from './fetch-sent.ts'

const LOOK_MS = 15 * 60_000
/** Before that the other one has had no time to answer, and a daemon that starts again and again logs in enough. */
const FIRST_MS = 2 * 60_000
/** What was filed longer ago is no longer about now. */
const YOUNG_MS = 60 * 60_000
/** The newest in a folder. */
const LOOKED_AT_MAX = 50
const FIELDS = ['message-id', 'in-reply-to', 'from', 'to', 'x-postroom-loop']
const LIMITS = { linesMax: 50, valueLengthMax: 2_000 }

/** For one inbox. */
export class OtherDeskLooks {
  readonly #deps: BesideDeps
  readonly #beside: OneBeside
  #notBefore: number
  /** Asked for once: an account may have a hundred thousand folders. */
  #sentFolders: readonly string[] | null = null

  constructor(deps: BesideDeps, signal: AbortSignal) {
    this.#deps = deps
    this.#beside = new OneBeside(signal)
    this.#notBefore = elapsedOf(deps) + FIRST_MS
  }

  /** Begins a look when it is time for one. */
  look(): void {
    const elapsed = elapsedOf(this.#deps)
    if (!this.#beside.isFree || elapsed < this.#notBefore) return
    this.#notBefore = elapsed + LOOK_MS
    this.#beside.begin(
      (signal) => this.#work(signal),
      (err) => this.#failed(err),
    )
  }

  async close(): Promise<void> {
    await this.#beside.close()
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { store, inbox, inboxId, context, now, patience = PATIENCE } = this.#deps
    const own = ownAddresses(context.inboxes)
    const since = new Date(now().getTime() - YOUNG_MS)
    const answers = await inAccount(inbox.imap, { patience }, signal, async (client) => {
      this.#sentFolders ??= await foldersUsedAs(client, ['\\Sent'])
      return answersIn(client, this.#sentFolders, { own, since })
    })
    const foreign = await answersOfOthers(store.read, inboxId, { answers, since })
    const [newest] = foreign.map(({ filedAt }) => filedAt).toSorted((x, y) => Number(y) - Number(x))
    context.otherDesks.looked(inbox.name, newest ?? null, now())
  }

  #failed(err: unknown): void {
    this.#sentFolders = null
    const { events, inbox } = this.#deps
    if (isDatabaseDown(err)) {
      events.databaseUnavailable(`fetch ${inbox.name}`, err)
      return
    }
    const { host, port, folder } = inbox.imap
    const { sentence } = failureOf(err, { server: `${host}:${port}`, folder })
    events.copiesUnknown(inbox.name, new Error(sentence))
  }
}

/** Automatic mail of a Postroom at one of our addresses, filed since then; each Message-ID once. */
async function answersIn(
  client: ImapFlow,
  paths: readonly string[],
  { own, since }: { readonly own: ReadonlySet<Address>; readonly since: Date },
): Promise<Answer[]> {
  const answers = new Map<string, Answer>()
  for (const path of paths) {
    const { exists } = await client.mailboxOpen(path, { readOnly: true })
    if (exists === 0) continue
    const newest = `${Math.max(1, exists - LOOKED_AT_MAX + 1)}:*`
    const messages = await client.fetchAll(newest, { internalDate: true, headers: FIELDS })
    for (const { internalDate, headers } of messages) {
      if (headers === undefined || internalDate === undefined) continue
      const filedAt = new Date(internalDate)
      const answer = filedAt < since ? null : answerOf(headers, own)
      if (answer !== null) answers.set(answer.messageId, { ...answer, filedAt })
    }
  }
  return [...answers.values()]
}

/** Null: it is none, or was sent from another address. `header`: the fields, as the server gives them. */
export function answerOf(
  header: Buffer,
  own: ReadonlySet<Address>,
): Omit<Answer, 'filedAt'> | null {
  const fields = scanHeaderBlock(header, LIMITS)
  const [from] = usableAddresses(parseAddressList(headerOf(fields, 'from')))
  if (from === undefined || !own.has(splitSubaddress(from.address).base)) return null
  if ((headerOf(fields, 'x-postroom-loop') ?? '') === '') return null
  const [to] = usableAddresses(parseAddressList(headerOf(fields, 'to')))
  const [messageId] = parseMessageIds(headerOf(fields, 'message-id'))
  const [inReplyTo] = parseMessageIds(headerOf(fields, 'in-reply-to'))
  if (to === undefined || messageId === undefined || inReplyTo === undefined) return null
  return { messageId, inReplyTo, to: to.address }
}
