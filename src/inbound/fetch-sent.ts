/**
 * Looks where a server files what it has sent: many put a copy of what is handed to them by SMTP into
 * the account's own Sent folder (or All Mail). A copy there proves that the server took the message;
 * that there is none proves nothing.
 */
import type { ImapFlow } from 'imapflow'
import type { InboxConfig } from '../config.ts'
import { openFolder } from './fetch-connect.ts'
import { untilClosed, within } from './fetch-deadline.ts'
import { searched } from './fetch-move.ts'
import { PATIENCE, type Patience } from './fetch-options.ts'

/** RFC 6154 §2; where the server marks none, imapflow goes by the usual names. */
const FILED_IN = ['\\Sent', '\\All']

/** However many are asked for, at most so many are looked up. */
const LOOKUPS_MAX = 100

/**
 * A question to this account: which of these Message-IDs (without angle brackets) are in its Sent folder
 * or in All Mail?
 *
 * It throws what imapflow throws; a server that is too slow for the `patience` is given up.
 */
export const copiesIn =
  (imap: InboxConfig['imap'], patience: Patience = PATIENCE) =>
  async (messageIds: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> => {
    const { client, closed } = await openFolder(imap, { signal, patience })
    const giveUp = (): void => client.close()
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      const searching = found(client, messageIds.slice(0, LOOKUPS_MAX))
      // Some servers have no index for this and read the whole folder.
      const ms = patience.commandMs * 2
      return await within(ms, 'SEARCH', untilClosed(searching, closed), giveUp)
    } finally {
      signal.removeEventListener('abort', giveUp)
      client.close()
    }
  }

async function found(client: ImapFlow, messageIds: readonly string[]): Promise<Set<string>> {
  const ids = new Set<string>()
  const folders = await client.list()
  for (const { path, specialUse } of folders) {
    if (specialUse === undefined || !FILED_IN.includes(specialUse)) continue
    await client.mailboxOpen(path, { readOnly: true })
    for (const id of messageIds) {
      if (ids.has(id)) continue
      const uids = await searched(client, { header: { 'message-id': `<${id}>` } })
      if (uids.length > 0) ids.add(id)
    }
  }
  return ids
}
