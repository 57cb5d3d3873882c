/**
 * Finding everything that a person wrote and that was written to him, once, as ids: asked for piece by
 * piece, as part of other queries, it would have the whole ledger read each time.
 */
import type { Address } from '../mail/address.ts'
import { chunksOf, idsWhere } from './id-chunks.ts'
import type { Queryable } from './open.ts'
import { notesWithWhole } from './wanted-messages.ts'

export interface Person {
  readonly id: number
  readonly email: Address
}

/** Ids of what there is of a person. */
export interface Belongings {
  /** Those he asked for: everything in them goes. */
  readonly tickets: readonly number[]
  /** In his tickets, and in those of others his own, and notes that have a mail of his as a file. */
  readonly comments: readonly number[]
  readonly attachments: readonly number[]
  /** Mail that came in, as it came. */
  readonly messages: readonly number[]
  /** Mail that we sent him or that repeats his words. */
  readonly deliveries: readonly number[]
}

export type PersonCounts = { readonly [Kind in keyof Belongings]: number }

export async function findBelongings(db: Queryable, person: Person): Promise<Belongings> {
  const ofPerson = [person.id]
  const tickets = await idsWhere(db, 'tickets', ['requester_id', ofPerson])
  const said = distinct(
    await idsWhere(db, 'comments', ['author_id', ofPerson]),
    await idsWhere(db, 'comments', ['ticket_id', tickets]),
  )
  const messages = await findMessages(db, person, { tickets, comments: said })
  const comments = distinct(said, await notesWithWhole(db, messages))
  const deliveries = distinct(
    await idsWhere(db, 'outbox', ['user_id', ofPerson]),
    await idsWhere(db, 'outbox', ['ticket_id', tickets]),
    await idsWhere(db, 'outbox', ['comment_id', comments]),
  )
  return {
    tickets,
    comments,
    attachments: await idsWhere(db, 'attachments', ['comment_id', comments]),
    messages,
    deliveries,
  }
}

export const countsOf = (found: Belongings): PersonCounts => ({
  tickets: found.tickets.length,
  comments: found.comments.length,
  attachments: found.attachments.length,
  messages: found.messages.length,
  deliveries: found.deliveries.length,
})

const distinct = (...lists: readonly (readonly number[])[]): number[] => [...new Set(lists.flat())]

async function findMessages(
  db: Queryable,
  { email }: Person,
  { tickets, comments }: Pick<Belongings, 'tickets' | 'comments'>,
): Promise<number[]> {
  const sent = (await db('inbound_messages').where({ sender: email }).select('id')) as Kept[]
  const own = distinct(
    sent.map(({ id }) => id),
    await idsWhere(db, 'inbound_messages', ['ticket_id', tickets]),
    await idsWhere(db, 'inbound_messages', ['comment_id', comments]),
  )
  return settled(db, await withCopies(db, own))
}

interface Kept {
  readonly id: number
}

/** One that was known by its place in a rebuilt folder, or by its bytes, has no sender, and may have its own. */
async function withCopies(db: Queryable, own: readonly number[]): Promise<number[]> {
  const all = new Set(own)
  for (let last = own; last.length > 0; ) {
    const copies = await idsWhere(db, 'inbound_messages', ['duplicate_of', last])
    last = copies.filter((id) => !all.has(id))
    for (const id of last) all.add(id)
  }
  return [...all]
}

/** What still waits was not decided, so nobody knows yet whose it is. */
async function settled(db: Queryable, ids: readonly number[]): Promise<number[]> {
  const waiting = new Set<number>()
  for (const some of chunksOf(ids)) {
    const rows = (await db('inbound_messages')
      .whereIn('id', some)
      .whereRaw("coalesce(fate, '') = 'pending'")
      .select('id')) as Kept[]
    for (const { id } of rows) waiting.add(id)
  }
  return ids.filter((id) => !waiting.has(id))
}
