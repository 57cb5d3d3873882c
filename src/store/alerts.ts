/** Alerts that last, and those that are over. */
import type { AlertKind, Sign } from '../ticket/alert.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

export interface Alert extends Sign {
  readonly id: number
  readonly raisedAt: Date
  /** When somebody was last told of it. */
  readonly toldAt: Date
  /** Null: it lasts. */
  readonly clearedAt: Date | null
}

interface AlertRow {
  id: number
  kind: AlertKind
  about: string
  detail: string
  open_key: string | null
  raised_at: number
  told_at: number
  cleared_at: number | null
}

const toAlert = (row: AlertRow): Alert => ({
  id: row.id,
  kind: row.kind,
  about: row.about,
  detail: row.detail,
  raisedAt: fromMs(row.raised_at),
  toldAt: fromMs(row.told_at),
  clearedAt: fromMsOrNull(row.cleared_at),
})

export const alertKey = ({ kind, about }: Pick<Sign, 'kind' | 'about'>): string =>
  `${kind} ${about}`

/** Newest first. `openOnly`: those that last. */
export async function listAlerts(
  db: Queryable,
  filter: { openOnly: boolean; beforeId?: number; limit: number },
): Promise<Alert[]> {
  const query = db<AlertRow>('alerts').orderBy('id', 'desc').limit(filter.limit).select()
  if (filter.openOnly) void query.whereNotNull('open_key')
  if (filter.beforeId !== undefined) void query.where('id', '<', filter.beforeId)
  return (await query).map(toAlert)
}

/** When somebody was last told of such an alert, whether it lasts or not; null: never. */
export async function lastToldOf(
  db: Queryable,
  { kind, about }: Pick<Sign, 'kind' | 'about'>,
): Promise<Date | null> {
  const row = await db<AlertRow>('alerts').where({ kind, about }).orderBy('id', 'desc').first()
  return fromMsOrNull(row?.told_at ?? null)
}

/**
 * Null: there is one of this kind already.
 *
 * @param toldAt when somebody is, or last was, told of such an alert.
 */
export async function raiseAlert(
  tx: Tx,
  sign: Sign,
  { at, toldAt }: { at: Date; toldAt: Date },
): Promise<Alert | null> {
  const [row] = await tx<AlertRow>('alerts')
    .insert({
      kind: sign.kind,
      about: sign.about,
      detail: sign.detail,
      open_key: alertKey(sign),
      raised_at: toMs(at),
      told_at: toMs(toldAt),
      cleared_at: null,
    })
    .onConflict('open_key')
    .ignore()
    .returning('*')
  return row === undefined ? null : toAlert(row)
}

/** False: another daemon was faster. */
export async function clearAlert(tx: Tx, { id }: Alert, at: Date): Promise<boolean> {
  const cleared = await tx<AlertRow>('alerts')
    .where({ id })
    .whereNotNull('open_key')
    .update({ open_key: null, cleared_at: toMs(at) })
  return cleared === 1
}

/** The alert as it is now, told anew; false: another daemon was faster. */
export async function tellAgain(tx: Tx, alert: Alert, detail: string, at: Date): Promise<boolean> {
  const told = await tx<AlertRow>('alerts')
    .where({ id: alert.id, told_at: toMs(alert.toldAt) })
    .whereNotNull('open_key')
    .update({ detail, told_at: toMs(at) })
  return told === 1
}
