/** `postroom where-is ID`: what became of a message, by its Message-ID. */
import type { Config } from '../config.ts'
import { EXIT } from '../errors.ts'
import { listInbound } from '../store/inbound-messages.ts'
import type { Queryable } from '../store/open.ts'
import { listInboxRows } from '../store/inboxes.ts'
import { outboxByMessageIds } from '../store/outbox.ts'
import type { ExplainIo } from './explain.ts'
import { withWorkplace } from './with-workplace.ts'

interface Found {
  readonly received: readonly {
    readonly id: number
    readonly inbox: string | null
    readonly folder: string
    readonly uid: number
    readonly received_at: string
    readonly fate: string
    readonly reasons: readonly string[]
    readonly ticket_id: number | null
    readonly comment_id: number | null
  }[]
  readonly sent: readonly {
    readonly id: number
    readonly kind: string
    readonly to: string
    readonly outcome: string
    readonly detail: string | null
    readonly ticket_id: number | null
  }[]
}

const ROWS_MAX = 100

/** Exit code 0 when it is known, 1 when no message with this id ever came or left. */
export async function runWhereIs(
  config: Config,
  { id, json }: { id: string; json: boolean },
  io: ExplainIo,
): Promise<number> {
  const messageId = id.trim().replace(/^<|>$/g, '')
  const found = await withWorkplace(config, ({ store }) => look(store.read, messageId))
  const known = found.received.length + found.sent.length > 0
  if (json) io.stdout.write(`${JSON.stringify({ message_id: messageId, ...found })}\n`)
  else if (known) io.stdout.write(textOf(found))
  else io.stderr.write(`No message <${messageId}> was ever received or sent here.\n`)
  return known ? 0 : EXIT.failure
}

async function look(db: Queryable, messageId: string): Promise<Found> {
  const received = await listInbound(db, { messageId, limit: ROWS_MAX })
  const names = new Map((await listInboxRows(db)).map(({ id, name }) => [id, name]))
  const sent = await outboxByMessageIds(db, [messageId])
  return {
    received: received.map((row) => ({
      id: row.id,
      inbox: names.get(row.inboxId) ?? null,
      folder: row.folder,
      uid: row.uid,
      received_at: row.receivedAt.toISOString(),
      fate: row.fate,
      reasons: row.reasons,
      ticket_id: row.ticketId,
      comment_id: row.commentId,
    })),
    sent: sent.map((row) => ({
      id: row.id,
      kind: row.kind,
      to: row.rcptTo,
      outcome: row.outcome,
      detail: row.detail,
      ticket_id: row.ticketId,
    })),
  }
}

const onTicket = (id: number | null): string => (id === null ? '' : `, ticket ${id}`)

function textOf({ received, sent }: Found): string {
  const lines = [
    ...received.map(
      (row) =>
        `received ${row.received_at} in ${row.inbox ?? 'a former inbox'} (${row.folder}, UID ${row.uid}): ${row.fate}${onTicket(row.ticket_id)}\n` +
        row.reasons.map((reason) => `         ${reason}\n`).join(''),
    ),
    ...sent.map(
      (row) =>
        `sent     ${row.kind} to ${row.to}: ${row.outcome}${onTicket(row.ticket_id)}\n` +
        (row.detail === null ? '' : `         ${row.detail}\n`),
    ),
  ]
  return lines.join('')
}
