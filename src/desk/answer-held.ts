/** What an agent says is to become of his mail that was held. */
import { AppError } from '../errors.ts'
import { Overtaken } from '../store/database-errors.ts'
import { chooseForHeld, findHeldReply, settleHeld } from '../store/held-replies.ts'
import type { Tx } from '../store/open.ts'
import type { HeldChoice } from '../ticket/held.ts'
import { ruleOf } from '../ticket/lifecycle.ts'
import type { User } from '../ticket/user.ts'
import { addComment, getTicket } from './add-comment.ts'
import type { DeskContext, Said } from './context.ts'
import { readHeld } from './hold-reply.ts'

export interface HeldAnswer {
  readonly ticketId: number
  readonly agent: User
  readonly choice: HeldChoice
  /** Which of his; null: the newest. */
  readonly held: number | null
}

/**
 * Acts on mail of this agent on this ticket that is held; the comment's id, or null
 * when it was discarded. Commands in it are taken out and not done: they may be why it was held.
 *
 * @throws AppError `nothing-held`; `not-proven` when the mail may be somebody else's; `is-a-note`
 *   when a note would be sent; what addComment throws.
 */
export async function answerHeld(
  tx: Tx,
  context: DeskContext,
  { ticketId, agent, choice, held: id }: HeldAnswer,
  at: Date,
): Promise<number | null> {
  const held = await findHeldReply(tx, { ticketId, agentId: agent.id, id })
  if (held === null) {
    throw new AppError('conflict', 'nothing-held', 'No such mail of yours is held on this ticket.')
  }
  if (choice !== 'discard' && held.said === null) {
    throw new AppError(
      'conflict',
      'not-proven',
      'What is held may not be yours. Reply with your text, or with #discard.',
    )
  }
  if (!(await chooseForHeld(tx, { id: held.id, choice }, at))) {
    throw new Overtaken(`held mail ${held.id} was chosen for meanwhile`)
  }
  const commentId =
    choice === 'discard' || held.said === null
      ? null
      : // Written by holdReply() from the same type.
        await say(tx, context, { ticketId, agent, choice }, held.said as unknown as Said, at)
  await settleHeld(tx, held.inboundId, {
    fate: choice === 'discard' ? 'ignored' : 'comment',
    ticketId,
    commentId,
    because: `${BECAUSE[choice]} by its author, who was asked`,
  })
  return commentId
}

const BECAUSE: Readonly<Record<HeldChoice, string>> = {
  send: 'sent',
  note: 'kept as a note',
  discard: 'discarded',
}

async function say(
  tx: Tx,
  context: DeskContext,
  { ticketId, agent, choice }: Omit<HeldAnswer, 'held'>,
  said: Said,
  at: Date,
): Promise<number> {
  const ticket = await getTicket(tx, ticketId)
  const { text, hasCommands, isNote } = readHeld(context, said)
  if (text === '' && said.attachments.length === 0) {
    throw new AppError(
      'conflict',
      'nothing-to-say',
      'What is held is nothing but commands. Write them anew, or reply with #discard.',
    )
  }
  const isPublic = choice === 'send'
  if (isPublic && isNote) {
    throw new AppError(
      'conflict',
      'is-a-note',
      'What is held is not for the customer. Reply with #note or #discard.',
    )
  }
  const { comment } = await addComment(
    tx,
    context,
    {
      ticketId,
      visibility: isPublic ? 'public' : 'internal',
      author: { type: 'agent', user: agent },
      // The HTML still has the commands in it.
      said: hasCommands ? { ...said, text, html: null } : said,
      moveTo: isPublic ? ruleOf(context.lifecycle, ticket.status).agentReply : null,
      mailOut: isPublic,
      notifyAgents: false,
      suggested: [],
      locale: null,
      reopening: false,
    },
    at,
  )
  return comment.id
}
