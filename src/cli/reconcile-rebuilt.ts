/** `postroom reconcile --unknown`: what becomes of a folder that the server made anew. */
import type { InboxConfig } from '../config.ts'
import { Missing } from '../inbound/fetch-missing.ts'
import type { ImapSession } from '../inbound/fetch-session.ts'
import { storeMessages } from '../inbound/fetch-store.ts'
import type { StoreDeps } from '../inbound/fetch-rows.ts'
import { knownUids } from '../store/folder-contents.ts'
import { type FolderCursor, insertCursor } from '../store/inboxes.ts'

/** `take`: as new mail; `import`: as old mail, which becomes closed tickets; `skip`: not at all. */
export const UNKNOWN_CHOICES = ['take', 'import', 'skip'] as const
export type UnknownChoice = (typeof UNKNOWN_CHOICES)[number]

const BACKLOG = { import: 'import', skip: 'ignore' } as const satisfies Record<
  Exclude<UnknownChoice, 'take'>,
  InboxConfig['backlog']
>

/** The largest that both databases take. */
const LATER_THAN_ALL = 2 ** 31 - 1
/** Nothing is recent beside it: servers date what is moved there when it was moved. */
const END_OF_TIME = new Date(8.64e15)

/**
 * What is known already gets its row as such, the rest as was chosen; then the daemon goes on with
 * the folder. Returns how many messages have got a row. It can be repeated.
 */
export async function settleRebuilt(
  deps: StoreDeps,
  session: ImapSession,
  choice: UnknownChoice,
): Promise<number> {
  const { store, inboxId, inbox } = deps
  const { uidValidity } = session
  const generation = { inboxId, folder: inbox.imap.folder, uidValidity }
  const backlogUid = choice === 'take' ? 0 : await session.highestUid()
  let stored = 0
  if (choice !== 'take') {
    const chosen = { ...deps, inbox: { ...inbox, backlog: BACKLOG[choice] } }
    const cursor: FolderCursor = {
      ...generation,
      id: LATER_THAN_ALL,
      uid: 0,
      backlogUid,
      createdAt: END_OF_TIME,
      reconciledAt: null,
    }
    for (const range of session.ranges(1)) {
      const known = await knownUids(store.read, generation, range)
      const fresh = (await session.list(range)).filter(({ uid }) => !known.has(uid))
      await storeMessages(chosen, session, cursor, fresh, new Missing())
      stored += (await knownUids(store.read, generation, range)).size - known.size
    }
  }
  // Last: from here on the daemon takes what has no row.
  await store.transaction((tx) => insertCursor(tx, { ...generation, backlogUid, at: deps.now() }))
  return stored
}
