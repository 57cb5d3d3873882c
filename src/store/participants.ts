/** Who takes part in a ticket, and which agents watch it. */
import type { Address } from '../mail/address.ts'
import type { Participant, ParticipantRole } from '../ticket/ticket.ts'
import { isColleague, isStaff, type User } from '../ticket/user.ts'
import { gathered } from './gather.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, toMs } from './time.ts'

/** False: this person took part already. */
export const addParticipant = (
  tx: Tx,
  participant: { ticketId: number; userId: number; role: ParticipantRole },
  at: Date,
): Promise<boolean> =>
  addGathered(tx, {
    ticket_id: participant.ticketId,
    user_id: participant.userId,
    role: participant.role,
    created_at: toMs(at),
  })

interface ParticipantRow {
  ticket_id: number
  user_id: number
  role: string
  created_at: number
}

const addGathered = gathered(async (db, all: readonly ParticipantRow[]) => {
  const added = await db<ParticipantRow>('participants')
    .insert([...all])
    .onConflict(['ticket_id', 'user_id'])
    .ignore()
    .returning(['ticket_id', 'user_id'])
  return all.map(({ ticket_id, user_id }) =>
    added.some((row) => row.ticket_id === ticket_id && row.user_id === user_id),
  )
})

interface UserColumns {
  email: string
  user_role: User['role']
  user_state: User['state']
  name: string | null
  locale: string | null
}

/** The requester first, then in the order they joined. */
export async function listParticipants(
  db: Queryable,
  ticketIds: readonly number[],
): Promise<TakingPart[]> {
  return ticketIds.length === 0 ? [] : listGathered(db, ticketIds)
}

type TakingPart = Participant & { readonly ticketId: number }

const listGathered = gathered(async (db, all: readonly (readonly number[])[]) => {
  const everybody = await participantsOf(db, [...new Set(all.flat())])
  return all.map((ids) => everybody.filter(({ ticketId }) => ids.includes(ticketId)))
})

async function participantsOf(db: Queryable, ticketIds: readonly number[]): Promise<TakingPart[]> {
  const rows = await db('participants')
    .join('users', 'users.id', 'participants.user_id')
    .whereIn('participants.ticket_id', [...ticketIds])
    .orderByRaw(`case participants.role when 'requester' then 0 else 1 end`)
    .orderBy('participants.created_at')
    .orderBy('participants.user_id')
    .select<(UserColumns & ParticipantRow)[]>(
      'participants.ticket_id',
      'participants.user_id',
      'users.email',
      'users.name',
      'users.locale',
      'users.role as user_role',
      'users.state as user_state',
      'participants.role',
      'participants.created_at',
    )
  return rows.map((row) => ({
    ticketId: row.ticket_id,
    userId: row.user_id,
    email: row.email as Address,
    name: row.name,
    role: row.role === 'requester' ? 'requester' : 'cc',
    isStaff: isStaff({ role: row.user_role, state: row.user_state }),
    isColleague: isColleague({ role: row.user_role }),
    locale: row.locale,
    joinedAt: fromMs(row.created_at),
  }))
}

export async function addWatcher(
  tx: Tx,
  ticketId: number,
  userId: number,
  at: Date,
): Promise<void> {
  await tx('watchers')
    .insert({ ticket_id: ticketId, user_id: userId, created_at: toMs(at) })
    .onConflict(['ticket_id', 'user_id'])
    .ignore()
}

export const listWatcherIds: (db: Queryable, ticketId: number) => Promise<number[]> = gathered(
  async (db, all: readonly number[]) => {
    const rows = await db<{ ticket_id: number; user_id: number }>('watchers')
      .whereIn('ticket_id', [...all])
      .select('ticket_id', 'user_id')
    return all.map((id) => rows.filter((row) => row.ticket_id === id).map((row) => row.user_id))
  },
)

/** False: nobody like that took part. The requester stays. */
export async function removeParticipant(
  tx: Tx,
  ticketId: number,
  userId: number,
): Promise<boolean> {
  const removed = await tx('participants')
    .where({ ticket_id: ticketId, user_id: userId, role: 'cc' })
    .del()
  return removed > 0
}

/** Whoever was the requester leaves; one who was copied moves up. */
export async function replaceRequester(
  tx: Tx,
  { ticketId, userId }: { ticketId: number; userId: number },
  at: Date,
): Promise<void> {
  await tx('participants')
    .where({ ticket_id: ticketId })
    .where((q) => void q.where({ role: 'requester' }).orWhere({ user_id: userId }))
    .del()
  await addParticipant(tx, { ticketId, userId, role: 'requester' }, at)
}

export async function removeWatcher(tx: Tx, ticketId: number, userId: number): Promise<boolean> {
  return (await tx('watchers').where({ ticket_id: ticketId, user_id: userId }).del()) > 0
}
