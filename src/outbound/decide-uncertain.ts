/**
 * What nobody could know when it happened is looked at a while later: did the server take it? A copy
 * where it files what it sends says so; a bounce or an answer may have said it before (see
 * desk/settle-answered.ts). Nothing found proves nothing: then a person's words go out once more, knowingly,
 * and an automatic mail rather not at all.
 */
import type { InboxConfig } from '../config.ts'
import type { Health } from '../health.ts'
import type { Tx } from '../store/open.ts'
import { changeOutcome, claimUndecided, resendUncertain } from '../store/outbox-delivery.ts'
import type { OutboxMessage } from '../store/outbox.ts'
import { type AttemptDeps, recordDelivery } from './attempt.ts'

/** Which of these Message-IDs the mail server has filed as sent; `problem`: not all could be looked for. */
export type FindCopies = (
  messageIds: readonly string[],
  signal: AbortSignal,
) => Promise<{ readonly found: ReadonlySet<string>; readonly problem: string | null }>

export interface DecideDeps extends AttemptDeps {
  readonly health: Health
  readonly findCopies: FindCopies
}

/** Longer than a search may take, so that one daemon looks; and when it could not, it looks again then. */
const LOOKING_MS = 6 * 60_000
const LOOKED_FOR_MAX = 100
/** So old is mail that is not looked for any longer where nobody can be asked. */
const BLIND_AFTER_MS = 30 * 60_000

interface Inbox {
  readonly inbox: InboxConfig
  readonly inboxId: number
}

/** Decides those of an inbox whose time has come. When it is stopped they are looked at again later. */
export async function decideUncertain(
  deps: DecideDeps,
  { inbox, inboxId }: Inbox,
  signal: AbortSignal,
): Promise<void> {
  const at = deps.clock.now()
  const until = new Date(at.getTime() + LOOKING_MS)
  const claim = { inboxId, at, until, limit: LOOKED_FOR_MAX }
  const rows = await deps.store.transaction((tx) => claimUndecided(tx, claim))
  if (rows.length === 0 || signal.aborted) return
  const { found, problem } = await copiesOf(deps, inbox, rows, signal)
  if (signal.aborted) return
  if (problem !== null) deps.events.copiesUnknown(inbox.name, new Error(problem))
  for (const row of rows) {
    // One that was sent before, and came back, has an old copy: that says nothing of the last attempt.
    const isFiled = found.has(row.messageId) && row.sentAt === null
    const isOld = at.getTime() - row.createdAt.getTime() > BLIND_AFTER_MS
    if (!isFiled && problem !== null && !isOld) continue
    await deps.store.transaction((tx) => decide(tx, row, isFiled, at))
  }
}

async function copiesOf(
  { health, findCopies }: DecideDeps,
  inbox: InboxConfig,
  rows: readonly OutboxMessage[],
  signal: AbortSignal,
): ReturnType<FindCopies> {
  const state = health.of(inbox.name, 'imap')?.state
  // No login at a server that refuses ours, or that wants to be left alone.
  if (state === 'error' || state === 'needs_reauth') {
    return { found: new Set(), problem: 'its IMAP server cannot be used now' }
  }
  const ids = rows.map(({ messageId }) => messageId)
  return findCopies(ids, signal)
}

async function decide(tx: Tx, row: OutboxMessage, isFiled: boolean, at: Date): Promise<void> {
  if (isFiled) {
    await settleTaken(tx, row, 'found among what the server has sent', at)
    return
  }
  if (!row.automatic && (await resendUncertain(tx, row.id, at))) {
    const detail = 'handed over again: it may arrive twice'
    await recordDelivery(tx, row, { outcome: 'queued', detail, dueAt: at }, at)
    return
  }
  const { detail } = row
  await changeOutcome(tx, row.id, ['uncertain'], { outcome: 'uncertain', detail, dueAt: null })
}

/** The server took it after all. */
export async function settleTaken(
  tx: Tx,
  row: OutboxMessage,
  detail: string,
  at: Date,
): Promise<void> {
  const outcomes = { outcome: 'sent', detail, dueAt: null, sentAt: at } as const
  if (await changeOutcome(tx, row.id, [row.outcome], outcomes)) {
    await recordDelivery(tx, row, outcomes, at)
  }
}
