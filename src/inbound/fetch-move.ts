/**
 * Stored messages go to another folder: by MOVE (RFC 6851), or where the server has none by a copy
 * and the flag \Deleted. There a copy is made once, whatever becomes of the original, and only what
 * UIDPLUS (RFC 4315) can name is removed: a plain EXPUNGE takes what others have flagged, too.
 */
import type { ImapFlow } from 'imapflow'
import { uidSet } from './fetch-batches.ts'

export interface Moved {
  /** In the other folder, or gone: nothing more is to be done. */
  readonly uids: readonly number[]
  /** What the server refused all the same; null: nothing. */
  readonly refused: string | null
}

const BY_UID = { uid: true }

/** None, when the other folder is not there. */
export async function moveMessages(
  client: ImapFlow,
  uids: readonly number[],
  folder: string,
): Promise<Moved> {
  if (!client.capabilities.has('MOVE')) return copyAndDelete(client, uids, folder)
  const moved = await client.messageMove(uidSet(uids), folder, BY_UID)
  const all = moved && moved.uidMap !== undefined && moved.uidMap.size === uids.length
  if (all) return { uids, refused: null }
  const left = new Set(await searched(client, { uid: uidSet(uids) }))
  return { uids: uids.filter((uid) => !left.has(uid)), refused: null }
}

async function copyAndDelete(
  client: ImapFlow,
  uids: readonly number[],
  folder: string,
): Promise<Moved> {
  // What is flagged was copied by a try whose end we did not live to see.
  const copies = await searched(client, { uid: uidSet(uids), deleted: false })
  if (copies.length > 0) {
    if (!(await client.messageCopy(uidSet(copies), folder, BY_UID))) {
      return { uids: [], refused: null }
    }
    if (!(await isDeleted(client, copies))) {
      return { uids, refused: `copied to ${folder}, but the server does not let us delete here` }
    }
  }
  return { uids, refused: null }
}

async function isDeleted(client: ImapFlow, uids: readonly number[]): Promise<boolean> {
  if (client.capabilities.has('UIDPLUS')) return client.messageDelete(uidSet(uids), BY_UID)
  return client.messageFlagsAdd(uidSet(uids), ['\\Deleted'], BY_UID)
}

/** imapflow says `false` for a refused SEARCH; "not found" would be a wrong reading of that. */
export async function searched(
  client: ImapFlow,
  query: Parameters<ImapFlow['search']>[0],
): Promise<number[]> {
  const found = await client.search(query, BY_UID)
  if (!Array.isArray(found)) throw new Error('the server refused a SEARCH')
  return found
}
