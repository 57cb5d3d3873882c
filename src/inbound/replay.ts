/**
 * What today's rules make of a message that was taken in before. Pure: nothing is changed here.
 *
 * Of a message that became a ticket or a comment only the reading can differ, for what was done
 * cannot be done again; one that nothing came of may come to more. What a person decided about is
 * left alone, and so are commands and wishes that were done.
 */
import type { VerdictKind } from '../mail/verdict.ts'
import type { Fate, InboundMessage } from '../store/inbound-messages.ts'
import { commandsWereDone, discardedByPerson, wishWasDone } from '../store/inbound-outcome.ts'
import type { Words } from '../store/move-comments.ts'
import type { Comment } from '../ticket/comment.ts'
import { saysMore, wishIn } from './customer-wishes.ts'
import type { Decision } from './triage.ts'
import type { Understood } from './write.ts'

export interface Difference {
  readonly verdict: { readonly was: VerdictKind; readonly now: VerdictKind } | null
  /** Only where nothing came of it. */
  readonly fate: { readonly was: Fate; readonly now: Fate } | null
  /** The words of its comment would be others. */
  readonly words: Words | null
  readonly because: string
}

const NOTHING_CAME: readonly Fate[] = ['system', 'ignored', 'quarantined']

/**
 * Null: today's rules say the same, or have no say. `comment`: what came of it, if that is still
 * there.
 */
export function differenceOf(
  row: InboundMessage,
  comment: Comment | null,
  understood: Understood,
): Difference | null {
  if (isOver(row)) return null
  const verdict =
    row.verdict === null || row.verdict === understood.verdict.kind
      ? null
      : { was: row.verdict, now: understood.verdict.kind }
  const now = fateOf(understood)
  const mayComeToMore = row.commentId === null && NOTHING_CAME.includes(row.fate)
  const fate =
    mayComeToMore && now !== row.fate && !wasDecided(row, understood.decision)
      ? { was: row.fate, now }
      : null
  const words = comment === null ? null : rereadOf(comment, understood)
  if (verdict === null && fate === null && words === null) return null
  return { verdict, fate, words, because: understood.decision.because }
}

const isOver = (row: InboundMessage): boolean =>
  discardedByPerson(row) || commandsWereDone(row) || wishWasDone(row)

/** An agent's words may be held, or his commands refused, whatever the rules said: so it would be again. */
const wasDecided = ({ evidence }: InboundMessage, decision: Decision): boolean =>
  decision.do === 'add_comment' && evidence['decision'] === decision.do

function fateOf(understood: Understood): Fate {
  const wished = wishIn(understood)
  if (wished !== null && !saysMore(wished, understood)) return 'system'
  const { decision } = understood
  switch (decision.do) {
    case 'open_ticket':
      return 'ticket'
    case 'add_comment':
      return 'comment'
    case 'record_bounce':
      return 'system'
    case 'settle':
      return decision.fate
  }
}

/** Agents' words were mailed as they were; forwards and commands are kept in parts of their own. */
function rereadOf(comment: Comment, understood: Understood): Words | null {
  const { message, decision } = understood
  const isPlain =
    comment.authorType === 'customer' &&
    comment.source === 'email' &&
    comment.editedAt === null &&
    comment.deletedAt === null &&
    comment.inboundId === understood.row.id &&
    (decision.do !== 'open_ticket' || decision.requester === 'sender') &&
    wishIn(understood) === null
  if (!isPlain || understood.unreadable) return null
  const { reply: text, quoted: quotedText, full: fullText } = message.text
  if (text === comment.text && quotedText === comment.quotedText) return null
  return { text, quotedText, fullText, html: message.html }
}
