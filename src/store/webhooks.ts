/** Webhooks as rows: addresses that are told of events. What they are owed: webhook-deliveries.ts. */
import { stringsFrom, toJson } from './json.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

export const WEBHOOK_FORMATS = ['json', 'slack', 'ntfy'] as const
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number]

/** What an admin decides about a webhook. */
export interface WebhookSettings {
  readonly url: string
  readonly description: string | null
  /** Event types; empty: all. */
  readonly events: readonly string[]
  readonly format: WebhookFormat
  /** Do notices carry texts and people, or only ids and what changed? */
  readonly includeBodies: boolean
  readonly active: boolean
}

export interface Webhook extends WebhookSettings {
  readonly id: number
  readonly disabledReason: string | null
  readonly secret: string
  /** Signs too until then, so that receivers can change theirs in the meantime. */
  readonly oldSecret: { readonly value: string; readonly until: Date } | null
  readonly eventCursor: number
  readonly failingSince: Date | null
  readonly lastSuccessAt: Date | null
  readonly createdAt: Date
}

interface WebhookRow {
  id: number
  url: string
  description: string | null
  events: string
  format: WebhookFormat
  include_bodies: boolean
  active: boolean
  disabled_reason: string | null
  secret: string
  old_secret: string | null
  old_secret_until: number | null
  event_cursor: number
  failing_since: number | null
  last_success_at: number | null
  created_at: number
  updated_at: number
}

const toWebhook = (row: WebhookRow): Webhook => ({
  id: row.id,
  url: row.url,
  description: row.description,
  events: stringsFrom(row.events),
  format: row.format,
  includeBodies: Boolean(row.include_bodies),
  active: Boolean(row.active),
  disabledReason: row.disabled_reason,
  secret: row.secret,
  oldSecret:
    row.old_secret === null || row.old_secret_until === null
      ? null
      : { value: row.old_secret, until: fromMs(row.old_secret_until) },
  eventCursor: row.event_cursor,
  failingSince: fromMsOrNull(row.failing_since),
  lastSuccessAt: fromMsOrNull(row.last_success_at),
  createdAt: fromMs(row.created_at),
})

export async function insertWebhook(
  tx: Tx,
  webhook: WebhookSettings & { secret: string; eventCursor: number },
  at: Date,
): Promise<Webhook> {
  const { secret, eventCursor, ...settings } = webhook
  const [row] = await tx<WebhookRow>('webhooks')
    .insert({
      ...columnsOf(settings),
      secret,
      event_cursor: eventCursor,
      created_at: toMs(at),
      updated_at: toMs(at),
    })
    .returning('*')
  if (row === undefined) throw new Error('the webhook was not made')
  return toWebhook(row)
}

export async function findWebhook(db: Queryable, id: number): Promise<Webhook | null> {
  const row = await db<WebhookRow>('webhooks').where({ id }).first()
  return row === undefined ? null : toWebhook(row)
}

/** Newest first; there are never many. */
export async function listWebhooks(
  db: Queryable,
  { active }: { active?: true } = {},
): Promise<Webhook[]> {
  const query = db<WebhookRow>('webhooks').orderBy('id', 'desc').select()
  if (active === true) void query.where({ active })
  return (await query).map(toWebhook)
}

export async function countWebhooks(db: Queryable): Promise<number> {
  const row = await db('webhooks').count({ count: '*' }).first<{ count: number }>()
  return Number(row?.count ?? 0)
}

export interface WebhookChange extends Partial<WebhookSettings> {
  readonly disabledReason?: string | null
  readonly secret?: string
  readonly oldSecret?: { readonly value: string; readonly until: Date }
  readonly eventCursor?: number
  readonly failingSince?: Date | null
}

export async function updateWebhook(
  tx: Tx,
  id: number,
  change: WebhookChange,
  at: Date,
): Promise<void> {
  const { failingSince, oldSecret } = change
  const columns: Partial<WebhookRow> = {
    ...columnsOf(change),
    ...given('disabled_reason', change.disabledReason),
    ...given('secret', change.secret),
    ...given('event_cursor', change.eventCursor),
    ...given('failing_since', failingSince instanceof Date ? toMs(failingSince) : failingSince),
    ...(oldSecret === undefined
      ? {}
      : { old_secret: oldSecret.value, old_secret_until: toMs(oldSecret.until) }),
    updated_at: toMs(at),
  }
  await tx<WebhookRow>('webhooks').where({ id }).update(columns)
}

function columnsOf(settings: Partial<WebhookSettings>): Partial<WebhookRow> {
  const { url, description, events, format, includeBodies, active } = settings
  return {
    ...given('url', url),
    ...given('description', description),
    ...given('events', events === undefined ? undefined : toJson(events)),
    ...given('format', format),
    ...given('include_bodies', includeBodies),
    ...given('active', active),
  }
}

/** Nothing for a member that is left out. */
const given = <Name extends keyof WebhookRow>(
  name: Name,
  value: WebhookRow[Name] | undefined,
): Partial<WebhookRow> => (value === undefined ? {} : { [name]: value })

/** False: another daemon moved it meanwhile, or it was moved back. */
export async function moveEventCursor(
  tx: Tx,
  { id, eventCursor }: Pick<Webhook, 'id' | 'eventCursor'>,
  to: number,
): Promise<boolean> {
  const moved = await tx<WebhookRow>('webhooks')
    .where({ id, event_cursor: eventCursor })
    .update({ event_cursor: to })
  return moved === 1
}

export async function noteSuccess(tx: Tx, id: number, at: Date): Promise<void> {
  await tx<WebhookRow>('webhooks')
    .where({ id })
    .update({ failing_since: null, last_success_at: toMs(at) })
}

/** Since when everything fails: the first failure after a success begins it. */
export async function noteFailure(tx: Tx, id: number, at: Date): Promise<Date> {
  await tx<WebhookRow>('webhooks')
    .where({ id, failing_since: null })
    .update({ failing_since: toMs(at) })
  const row = await tx<WebhookRow>('webhooks').where({ id }).first('failing_since')
  return fromMsOrNull(row?.failing_since ?? null) ?? at
}

/** False: another daemon, or somebody, was faster. */
export async function disableActive(
  tx: Tx,
  id: number,
  reason: string,
  at: Date,
): Promise<boolean> {
  const disabled = await tx<WebhookRow>('webhooks')
    .where({ id, active: true })
    .update({ active: false, disabled_reason: reason, updated_at: toMs(at) })
  return disabled === 1
}

/** With everything it was owed. False: there is none. */
export async function deleteWebhook(tx: Tx, id: number): Promise<boolean> {
  return (await tx<WebhookRow>('webhooks').where({ id }).delete()) === 1
}
