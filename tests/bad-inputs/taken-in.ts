/**
 * What a desk made of hostile mail: all of it is delivered to one inbox at once, fetched, read in
 * the forked process, decided and written; then each message is looked at by itself.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Parser } from '../../src/inbound/parse.ts'
import { listComments } from '../../src/store/comments.ts'
import { listInbound, type InboundMessage } from '../../src/store/inbound-messages.ts'
import { listParticipants } from '../../src/store/participants.ts'
import { type TicketRow, toTicket } from '../../src/store/tickets.ts'
import type { TestDatabase } from '../kit/databases.ts'
import { type RunningDesk, startDesk, until } from '../kit/running-desk.ts'

/** One message, as somebody who looks at the desk sees it. */
export interface TakenIn {
  readonly fate: string
  readonly verdict: string | null
  /** How often it was tried. */
  readonly attempts: number
  readonly reasons: string
  /** What was odd about it, one per line. */
  readonly problems: string
  readonly sender: string | null
  /** Is the stored source byte for byte what was delivered? */
  readonly kept: boolean
  readonly ticketId: number | null
  readonly requesterId: number | null
  /** Display name of the requester. */
  readonly name: string | null
  /** How many take part in the ticket. */
  readonly people: number
  /** Did our own server vouch for the sender? */
  readonly aligned: boolean
  readonly subject: string
  readonly text: string
  readonly quoted: string
  readonly full: string
  readonly html: string | null
  readonly files: readonly string[]
  /** Automatic mail about it to anybody but the agents. */
  readonly acknowledged: boolean
  readonly duplicateOf: number | null
}

export interface TookIn {
  readonly messages: readonly TakenIn[]
  /** The longest this process did nothing else, and its memory at the end. */
  readonly blockedMs: number
  readonly rssMb: number
  readonly tookMs: number
}

/** Budgets that tell nothing about a single message. */
export const UNLIMITED = {
  agent_notices: { coalesce: '0s' },
  acknowledgement: { budget: 'unlimited' },
  flood: 'unlimited',
}

/** Starts a desk with one agent; the caller closes it. */
export async function openHostileDesk(
  database: TestDatabase,
  parser: Parser,
  tree: Parameters<typeof startDesk>[2] = UNLIMITED,
): Promise<RunningDesk> {
  const desk = await startDesk(database, parser, tree)
  await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
  return desk
}

/** Delivers these, waits until every one has its fate, and tells what became of each. */
export async function takeIn(
  desk: RunningDesk,
  mails: readonly Buffer[],
  withinMs = 60_000,
): Promise<TookIn> {
  await desk.stop()
  const before = (await ledger(desk)).length
  const started = Date.now()
  for (const mail of mails) desk.arrives(mail)
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  desk.start('fetch', 'intake')
  const rows = await until(
    `${mails.length} settled messages`,
    async () => {
      const all = (await ledger(desk)).slice(before)
      return all.length >= mails.length && all.every(({ fate }) => fate !== 'pending') ? all : null
    },
    50,
    withinMs,
  )
  delay.disable()
  await desk.stop()
  const messages: TakenIn[] = []
  for (const [index, row] of rows.entries()) {
    messages.push(await look(desk, row, mails[index] ?? Buffer.alloc(0)))
  }
  return {
    messages,
    blockedMs: Math.round(delay.max / 1e6),
    rssMb: Math.round(process.memoryUsage.rss() / 1_048_576),
    tookMs: Date.now() - started,
  }
}

async function ledger({ store }: RunningDesk): Promise<InboundMessage[]> {
  const rows = await listInbound(store.read, { limit: 1_000 })
  return rows.toSorted((a, b) => a.uid - b.uid)
}

async function look(desk: RunningDesk, row: InboundMessage, sent: Buffer): Promise<TakenIn> {
  const { store, context } = desk
  const source = row.sha256 === null ? null : await context.blobs.get(row.sha256)
  const ticketId = row.ticketId
  const found =
    ticketId === null
      ? undefined
      : await store.read<TicketRow>('tickets').where({ id: ticketId }).first()
  const ticket = found === undefined ? null : toTicket(found)
  const comments =
    ticketId === null
      ? []
      : await listComments(store.read, { ticketId, publicOnly: false, afterId: 0, limit: 100 })
  const comment = comments.find(({ id }) => id === row.commentId) ?? null
  const files: { filename: string | null; content_type: string }[] =
    comment === null
      ? []
      : await store
          .read('attachments')
          .where({ comment_id: comment.id })
          .orderBy('id')
          .select('filename', 'content_type')
  const people = ticketId === null ? [] : await listParticipants(store.read, [ticketId])
  const owed: { kind: string }[] =
    ticketId === null
      ? []
      : await store.read('outbox').where({ ticket_id: ticketId }).select('kind')
  const evidence = (row.evidence ?? {}) as { problems?: readonly string[] }
  return {
    fate: row.fate,
    verdict: row.verdict,
    attempts: row.attempts,
    reasons: row.reasons.join('\n'),
    problems: (evidence.problems ?? []).join('\n'),
    sender: row.sender,
    kept: source?.equals(sent) ?? false,
    ticketId,
    requesterId: ticket?.requesterId ?? null,
    name: people.find(({ role }) => role === 'requester')?.name ?? null,
    people: people.length,
    aligned: comment?.authentication?.aligned ?? false,
    subject: ticket?.subject ?? '',
    text: comment?.text ?? '',
    quoted: comment?.quotedText ?? '',
    full: comment?.fullText ?? '',
    html: comment?.html ?? null,
    files: files.map(({ filename, content_type }) => filename ?? `(${content_type})`),
    acknowledged: owed.some(({ kind }) => kind !== 'agent_notice'),
    duplicateOf: row.duplicateOf,
  }
}
