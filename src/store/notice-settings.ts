/** What agents want to hear of. */
import type { NoticeLevel, NoticeSettings } from '../ticket/notify.ts'
import { gathered } from './gather.ts'
import type { Queryable, Tx } from './open.ts'
import { toMs } from './time.ts'

interface SettingsRow {
  user_id: number
  level: NoticeLevel | null
  quiet_from: number | null
  quiet_until: number | null
  digest_on: string | null
}

export interface StoredSettings extends NoticeSettings {
  readonly userId: number
  /** The day whose digest is done; null: none was. */
  readonly digestOn: string | null
}

export const DEFAULT_SETTINGS: NoticeSettings = { level: null, quietHours: null }

const toSettings = (row: SettingsRow): StoredSettings => ({
  userId: row.user_id,
  level: row.level,
  quietHours:
    row.quiet_from === null || row.quiet_until === null
      ? null
      : { from: row.quiet_from, until: row.quiet_until },
  digestOn: row.digest_on,
})

/** Of those among these users who have any. */
export const settingsOf: (db: Queryable, userIds: readonly number[]) => Promise<StoredSettings[]> =
  gathered(async (db, all: readonly (readonly number[])[]) => {
    const rows = await db<SettingsRow>('notice_settings')
      .whereIn('user_id', [...new Set(all.flat())])
      .select()
    const found = rows.map(toSettings)
    return all.map((ids) => found.filter(({ userId }) => ids.includes(userId)))
  })

/** The same, by their users' ids. */
export async function settingsById(
  db: Queryable,
  userIds: readonly number[],
): Promise<Map<number, StoredSettings>> {
  return new Map((await settingsOf(db, userIds)).map((one) => [one.userId, one]))
}

export async function saveSettings(
  tx: Tx,
  userId: number,
  { level, quietHours }: NoticeSettings,
): Promise<void> {
  const quiet_from = quietHours?.from ?? null
  const quiet_until = quietHours?.until ?? null
  await tx<SettingsRow>('notice_settings')
    .insert({ user_id: userId, level, quiet_from, quiet_until, digest_on: null })
    .onConflict('user_id')
    .merge(['level', 'quiet_from', 'quiet_until'])
}

/** False: the digest of this day, or of a later one, is done already. */
export async function beginDigest(tx: Tx, userId: number, day: string): Promise<boolean> {
  await tx<SettingsRow>('notice_settings')
    .insert({ user_id: userId, level: null, quiet_from: null, quiet_until: null, digest_on: null })
    .onConflict('user_id')
    .ignore()
  const begun = await tx<SettingsRow>('notice_settings')
    .where({ user_id: userId })
    .where((before) => void before.whereNull('digest_on').orWhere('digest_on', '<', day))
    .update({ digest_on: day })
  return begun === 1
}

/** Who wants to hear nothing of a ticket. */
export const mutedBy: (db: Queryable, ticketId: number) => Promise<number[]> = gathered(
  async (db, all: readonly number[]) => {
    const rows = await db<{ ticket_id: number; user_id: number }>('muted_tickets')
      .whereIn('ticket_id', [...all])
      .select('ticket_id', 'user_id')
    return all.map((id) => rows.filter((row) => row.ticket_id === id).map((row) => row.user_id))
  },
)

export async function muteTicket(
  tx: Tx,
  ticketId: number,
  userId: number,
  at: Date,
): Promise<void> {
  await tx('muted_tickets')
    .insert({ ticket_id: ticketId, user_id: userId, created_at: toMs(at) })
    .onConflict(['ticket_id', 'user_id'])
    .ignore()
}

/** False: it was not muted. */
export async function unmuteTicket(tx: Tx, ticketId: number, userId: number): Promise<boolean> {
  return (await tx('muted_tickets').where({ ticket_id: ticketId, user_id: userId }).del()) > 0
}
