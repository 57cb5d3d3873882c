/**
 * Looks where a server files what it has sent: many put a copy of what is handed to them by SMTP into
 * the account's own Sent folder (or All Mail). A copy there proves that the server took the message;
 * that there is none proves nothing.
 */
import type { ImapFlow } from 'imapflow'
import type { InboxConfig } from '../config.ts'
import { openFolder } from './fetch-connect.ts'
import { untilClosed, within } from './fetch-deadline.ts'
import { failureOf } from './fetch-failure.ts'
import { searched } from './fetch-move.ts'
import { PATIENCE, type Patience } from './fetch-options.ts'

const FILED_IN = ['\\Sent', '\\All']

/** What was found before something went wrong counts all the same. */
export interface Copies {
  /** Message-IDs, without angle brackets. */
  readonly found: ReadonlySet<string>
  /** For the log: why not all could be looked for; null: all were. */
  readonly problem: string | null
}

/**
 * A question to this account: which of these Message-IDs (without angle brackets) are in its Sent folder
 * or in All Mail? A server that is too slow for the `patience` is given up.
 */
export const copiesIn =
  (imap: InboxConfig['imap'], patience: Patience = PATIENCE) =>
  async (messageIds: readonly string[], signal: AbortSignal): Promise<Copies> => {
    const found = new Set<string>()
    try {
      await look(imap, { messageIds, found, patience }, signal)
      return { found, problem: null }
    } catch (err) {
      const where = { server: `${imap.host}:${imap.port}`, folder: imap.folder }
      return { found, problem: failureOf(err, where).sentence }
    }
  }

interface Search {
  readonly messageIds: readonly string[]
  /** Filled as it goes on. */
  readonly found: Set<string>
  readonly patience: Patience
}

const look = (imap: InboxConfig['imap'], search: Search, signal: AbortSignal): Promise<void> =>
  inAccount(imap, search, signal, (client) => lookInAll(client, search))

/**
 * What `work` finds with a connection of its own; a server that is too slow is given up.
 *
 * @throws what imapflow throws, and what `signal` was aborted with
 */
export async function inAccount<T>(
  imap: InboxConfig['imap'],
  { patience }: { readonly patience: Patience },
  signal: AbortSignal,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  const { client, closed } = await openFolder(imap, { signal, patience })
  const giveUp = (): void => client.close()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    signal.throwIfAborted()
    // Some servers have no index for what is searched, and read the whole folder.
    const ms = patience.commandMs * 2
    return await within(ms, 'SEARCH', untilClosed(work(client), closed), giveUp)
  } finally {
    signal.removeEventListener('abort', giveUp)
    client.close()
  }
}

/** @throws what the last folder refused */
async function lookInAll(client: ImapFlow, search: Search): Promise<void> {
  const refusals: unknown[] = []
  for (const path of await foldersUsedAs(client, FILED_IN)) {
    await lookIn(client, path, search).catch((err: unknown) => refusals.push(err))
  }
  if (refusals.length > 0) throw refusals.at(-1)
}

/** Paths of the folders that have one of these uses: RFC 6154 §2; where the server marks none, the usual names. */
export async function foldersUsedAs(client: ImapFlow, uses: readonly string[]): Promise<string[]> {
  const folders = await client.list()
  return folders
    .filter(({ specialUse }) => specialUse !== undefined && uses.includes(specialUse))
    .filter(({ flags }) => !flags.has('\\Noselect'))
    .map(({ path }) => path)
}

async function lookIn(client: ImapFlow, path: string, search: Search): Promise<void> {
  await client.mailboxOpen(path, { readOnly: true })
  for (const id of search.messageIds) {
    if (search.found.has(id)) continue
    const uids = await searched(client, { header: { 'message-id': `<${id}>` } })
    if (uids.length > 0) search.found.add(id)
  }
}
