/** Canned replies: made and changed by agents, and read out for a ticket. */
import { AppError } from '../errors.ts'
import { cannedMistake, renderCanned } from '../outbound/canned-text.ts'
import {
  type CannedReply,
  countCanned,
  findCanned,
  insertCanned,
  nameIsTaken,
  updateCanned,
} from '../store/canned-replies.ts'
import { Overtaken } from '../store/database-errors.ts'
import type { Queryable, Tx } from '../store/open.ts'
import { findUser } from '../store/users.ts'
import { type Inbox, inboxOrFirst } from '../ticket/inbox.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'

/** The list is given as a whole. */
export const CANNED_MAX = 500

/** @throws AppError `invalid-template`, `name-taken`, `too-many`. */
export async function makeCanned(
  tx: Tx,
  input: { name: string; text: string; by: User },
  at: Date,
): Promise<CannedReply> {
  refuseMistakes(input.text)
  if ((await countCanned(tx)) >= CANNED_MAX) {
    throw new AppError('conflict', 'too-many', `There are ${CANNED_MAX} canned replies already.`)
  }
  const made = await insertCanned(tx, { ...input, createdBy: input.by.id }, at)
  if (made === null) throw taken(input.name)
  return made
}

/** @throws AppError `invalid-template`, `name-taken`. */
export async function changeCanned(
  tx: Tx,
  reply: CannedReply,
  change: { name?: string | undefined; text?: string | undefined },
  at: Date,
): Promise<CannedReply> {
  const { name = reply.name, text = reply.text } = change
  refuseMistakes(text)
  if (await nameIsTaken(tx, name, reply.id)) throw taken(name)
  if (!(await updateCanned(tx, reply, { name, text }, at))) {
    throw new Overtaken(`canned reply ${reply.id} changed meanwhile`)
  }
  return (await findCanned(tx, reply.id)) ?? reply
}

function refuseMistakes(text: string): void {
  const mistake = cannedMistake(text)
  if (mistake === null) return
  throw new AppError('invalid', 'invalid-template', `The text cannot be filled in: ${mistake}.`, {
    errors: [{ pointer: '/text', code: 'invalid_template', message: mistake }],
  })
}

const taken = (name: string): AppError =>
  new AppError('conflict', 'name-taken', `There is a canned reply "${name}" already.`)

/** The words for this ticket, by this agent. Nothing is sent. */
export async function readOut(
  db: Queryable,
  inboxes: readonly Inbox[],
  { reply, ticket, agent }: { reply: CannedReply; ticket: Ticket; agent: User },
): Promise<string> {
  const requester = ticket.requesterId === null ? null : await findUser(db, ticket.requesterId)
  const inbox = inboxOrFirst(inboxes, ticket.inboxId)
  const name = requester?.name ?? ''
  const values = {
    ticket: { id: ticket.id, subject: ticket.subject },
    requester: { name, first_name: name.split(' ')[0] ?? '', email: requester?.email ?? '' },
    agent: { name: agent.name ?? inbox?.name ?? '' },
    inbox: { name: inbox?.name ?? '' },
  }
  const locale = ticket.locale ?? inbox?.locale ?? 'en'
  return renderCanned(reply.text, values, { locale, timeZone: inbox?.timeZone ?? 'UTC' })
}
