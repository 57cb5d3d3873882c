/**
 * `postroom replay`: stored mail read again by the rules of today. It says what would be different,
 * and changes nothing; `--apply` then does what can be done: mail that nothing came of is decided
 * again by the daemon, and customers' comments are read again. Nothing is done twice.
 */
import type { Config } from '../config.ts'
import { reread } from '../desk/correct-comment.ts'
import { replayInbound } from '../desk/inbound-orders.ts'
import { AppError } from '../errors.ts'
import { decide } from '../inbound/decide.ts'
import { type Parsed, type Parser, releaseParsed } from '../inbound/parse.ts'
import { type Difference, differenceOf } from '../inbound/replay.ts'
import { findComment } from '../store/comments.ts'
import { type InboundMessage, listStoredInbound } from '../store/inbound-messages.ts'
import type { Comment } from '../ticket/comment.ts'
import type { Workplace } from '../workplace.ts'
import type { ExplainIo } from './explain.ts'
import { withProgress } from './progress.ts'
import { withParser } from './with-parser.ts'
import { wantedInboxes, withWorkplace } from './with-workplace.ts'

export interface ReplayWishes {
  /** Ledger rows; none: all. */
  readonly ids: readonly number[]
  readonly inbox: string | null
  readonly since: Date | null
  readonly apply: boolean
  readonly json: boolean
}

interface Found {
  readonly row: InboundMessage
  readonly comment: Comment | null
  readonly difference: Difference
}

interface Count {
  read: number
  unreadable: number
  different: number
  /** Of those that are different, how many --apply would change. */
  toDo: number
  applied: number
}

const PAGE = 100
const PROCESSES = 2

/** Exit code 0, whatever was found. */
export async function runReplay(
  config: Config,
  wishes: ReplayWishes,
  io: ExplainIo,
): Promise<number> {
  return withWorkplace(config, async (workplace) => {
    const count: Count = { read: 0, unreadable: 0, different: 0, toDo: 0, applied: 0 }
    await withProgress(io.stderr, (progress) =>
      withParser(PROCESSES, async (parser) => {
        for await (const row of storedMail(workplace, wishes)) {
          progress.show('messages', count.read)
          const found = await readAgain(workplace, parser, row, count)
          if (found === null) continue
          count.different += 1
          if (canBeDone(found)) count.toDo += 1
          const applied = wishes.apply && (await apply(workplace, found))
          if (applied) count.applied += 1
          progress.clear()
          io.stdout.write(`${wishes.json ? jsonOf(found, applied) : sentenceOf(found)}\n`)
        }
      }),
    )
    io.stderr.write(`${sumOf(count, wishes)}\n`)
    return 0
  })
}

async function* storedMail(
  workplace: Workplace,
  { ids, inbox, since }: ReplayWishes,
): AsyncGenerator<InboundMessage> {
  const inboxIds = wantedInboxes(workplace, inbox).map(({ id }) => id)
  for (let afterId = 0; ; ) {
    const wanted = { inboxIds, ids, since, afterId, limit: PAGE }
    const rows = await listStoredInbound(workplace.store.read, wanted)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    afterId = last.id
  }
}

/** Null: today's rules say the same, or it could not be read. */
async function readAgain(
  { store, context, inboxes }: Workplace,
  parser: Parser,
  row: InboundMessage,
  count: Count,
): Promise<Found | null> {
  const inbox = inboxes.find(({ id }) => id === row.inboxId)
  const source = row.sha256 === null ? null : await context.blobs.get(row.sha256)
  if (inbox === undefined || source === null) return null
  count.read += 1
  const parsed = await parsedOrNull(parser, source)
  if (parsed === null) {
    count.unreadable += 1
    return null
  }
  const { message } = parsed
  const attachments = parsed.attachments.map(({ content: _bytes, ...attachment }) => attachment)
  const arrived = { row, inbox, message, attachments, unreadable: false }
  const understood = await decide(store.read, context, arrived, new Date())
  const comment = row.commentId === null ? null : await findComment(store.read, row.commentId)
  const difference = differenceOf(row, comment, understood)
  return difference === null ? null : { row, comment, difference }
}

async function parsedOrNull(parser: Parser, source: Buffer): Promise<Parsed | null> {
  try {
    const parsed = await parser.parse(source, 'full')
    await releaseParsed(parsed)
    return parsed
  } catch {
    return null
  }
}

/** A verdict alone changes nothing any more. */
const canBeDone = ({ difference: { fate, words } }: Found): boolean =>
  fate !== null || words !== null

/** False: somebody was faster, or asked for it to stay as it is. */
async function apply({ store }: Workplace, { row, comment, difference }: Found): Promise<boolean> {
  const at = new Date()
  try {
    return await store.transaction(async (tx) => {
      if (difference.fate !== null) {
        await replayInbound(tx, row.id, at)
        return true
      }
      const { words } = difference
      return words !== null && comment !== null && (await reread(tx, { comment, words }, at))
    })
  } catch (err) {
    if (err instanceof AppError) return false
    throw err
  }
}

const SHOWN_LENGTH_MAX = 70

function sentenceOf({ row, comment, difference }: Found): string {
  const { verdict, fate, words, because } = difference
  const about = row.ticketId === null ? '' : ` (ticket ${row.ticketId})`
  const changes = [
    ...(verdict === null ? [] : [`verdict ${verdict.was} -> ${verdict.now}`]),
    ...(fate === null ? [] : [`${fate.was} -> ${fate.now}: ${because}`]),
    ...(words === null ? [] : [`words "${shown(comment?.text ?? '')}" -> "${shown(words.text)}"`]),
  ]
  return `message ${row.id}${about}: ${changes.join('; ')}`
}

function shown(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > SHOWN_LENGTH_MAX ? `${line.slice(0, SHOWN_LENGTH_MAX)}…` : line
}

function jsonOf({ row, comment, difference }: Found, applied: boolean): string {
  const { verdict, fate, words, because } = difference
  return JSON.stringify({
    id: row.id,
    ticket_id: row.ticketId,
    comment_id: row.commentId,
    verdict,
    fate,
    text: words === null ? null : { was: comment?.text ?? '', now: words.text },
    because,
    applied,
  })
}

function sumOf(count: Count, wishes: ReplayWishes): string {
  const { read, unreadable, different } = count
  const unread = unreadable === 0 ? '' : `, ${unreadable} could not be read`
  return `${read} message(s) read again${unread}, ${different} different. ${doneOf(count, wishes)}`
}

function doneOf({ toDo, applied }: Count, { apply }: ReplayWishes): string {
  if (apply) return `${applied} changed; the daemon decides about what was put back while it runs.`
  return toDo === 0 ? 'Nothing is to be done.' : 'Nothing was changed: --apply does it.'
}
