/** Everything we have of a person, found piece by piece: for his archive. */
import type { Address } from '../../mail/address.ts'
import type { Queryable } from '../open.ts'
import { fromMs } from '../time.ts'

const PAGE = 200

interface Kept {
  readonly id: number
}

/** Rows of a query by pages of their ids, so that few are in memory at a time. */
async function* paged<Row extends Kept>(
  page: (afterId: number) => Promise<readonly Row[]>,
): AsyncGenerator<Row> {
  for (let afterId = 0; ; ) {
    const rows = await page(afterId)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    afterId = last.id
  }
}

/** Ids of the tickets he takes part in. */
export async function* ticketIdsOf(db: Queryable, userId: number): AsyncGenerator<number> {
  const rows = paged((afterId) =>
    db('participants')
      .join('tickets', 'tickets.id', 'participants.ticket_id')
      .where({ 'participants.user_id': userId })
      .whereNull('tickets.deleted_at')
      .where('tickets.id', '>', afterId)
      .orderBy('tickets.id')
      .limit(PAGE)
      .select<Kept[]>('tickets.id as id'),
  )
  for await (const { id } of rows) yield id
}

/** Messages that he wrote, as far as we have them as they came. */
export const sourcesOf = (
  db: Queryable,
  email: Address,
): AsyncGenerator<Kept & { sha256: string }> =>
  paged((afterId) =>
    db('inbound_messages')
      .where({ sender: email })
      .whereNotNull('sha256')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(PAGE)
      .select<(Kept & { sha256: string })[]>('id', 'sha256'),
  )

/** Ids of mail that we sent him and have a copy of. */
export const mailTo = (db: Queryable, userId: number): AsyncGenerator<Kept> =>
  paged((afterId) =>
    db('outbox')
      .join('outbox_sources', 'outbox_sources.outbox_id', 'outbox.id')
      .where({ 'outbox.user_id': userId, 'outbox.outcome': 'sent' })
      .where('outbox.id', '>', afterId)
      .orderBy('outbox.id')
      .limit(PAGE)
      .select<Kept[]>('outbox.id as id'),
  )

export interface AccountFacts {
  readonly sessions: readonly { created_at: string; last_used_at: string | null }[]
  readonly suppressed: readonly { reason: string; since: string }[]
  readonly secondFactor: boolean
  /** Who OpenID providers say that he is. */
  readonly identities: readonly { issuer: string; subject: string; since: string }[]
}

/** What belongs to his account, without what could be used to get in. */
export async function accountFacts(
  db: Queryable,
  { id, email }: { id: number; email: Address },
): Promise<AccountFacts> {
  const sessions = await db('sessions')
    .where({ user_id: id })
    .select<{ created_at: number; last_used_at: number | null }[]>('created_at', 'last_used_at')
  const suppressed = await db('suppressions')
    .where({ address: email })
    .select<{ reason: string; created_at: number }[]>('reason', 'created_at')
  const factor = await db('second_factors').where({ user_id: id }).first('user_id')
  const identities = await db('identities')
    .where({ user_id: id })
    .select<{ issuer: string; subject: string; created_at: number }[]>(
      'issuer',
      'subject',
      'created_at',
    )
  const instant = (ms: number): string => fromMs(ms).toISOString()
  return {
    sessions: sessions.map((row) => ({
      created_at: instant(row.created_at),
      last_used_at: row.last_used_at === null ? null : instant(row.last_used_at),
    })),
    suppressed: suppressed.map((row) => ({ reason: row.reason, since: instant(row.created_at) })),
    secondFactor: factor !== undefined,
    identities: identities.map(({ created_at: since, ...row }) => ({
      ...row,
      since: instant(since),
    })),
  }
}
