/** People: one table for customers, agents and admins. */
import type { Address, NamedAddress } from '../mail/address.ts'
import type { Role, User, UserState } from '../ticket/user.ts'
import type { Queryable, Tx } from './open.ts'
import { fromMs, fromMsOrNull, toMs } from './time.ts'

interface UserRow {
  id: number
  email: string
  name: string | null
  role: Role
  state: UserState
  locale: string | null
  created_at: number
  last_login_at: number | null
  proven_at: number | null
}

const toUser = (row: UserRow): User => ({
  id: row.id,
  email: row.email as Address,
  name: row.name,
  role: row.role,
  state: row.state,
  locale: row.locale,
  createdAt: fromMs(row.created_at),
  lastLoginAt: fromMsOrNull(row.last_login_at),
  provenAt: fromMsOrNull(row.proven_at),
})

export async function findUser(db: Queryable, id: number): Promise<User | null> {
  const row = await db<UserRow>('users').where({ id }).first()
  return row === undefined ? null : toUser(row)
}

export async function findUsers(db: Queryable, ids: readonly number[]): Promise<User[]> {
  if (ids.length === 0) return []
  const rows = await db<UserRow>('users')
    .whereIn('id', [...new Set(ids)])
    .select()
  return rows.map(toUser)
}

export async function findUserByEmail(db: Queryable, email: Address): Promise<User | null> {
  const row = await db<UserRow>('users').where({ email }).first()
  return row === undefined ? null : toUser(row)
}

/** Everybody, oldest first, at most `limit`. */
export async function listUsers(
  db: Queryable,
  filter: { role?: Role; afterId?: number; limit: number },
): Promise<User[]> {
  const query = db<UserRow>('users').orderBy('id').limit(filter.limit).select()
  if (filter.role !== undefined) void query.where({ role: filter.role })
  if (filter.afterId !== undefined) void query.where('id', '>', filter.afterId)
  return (await query).map(toUser)
}

/** Active users of the role agent: those whom notices go to. */
export async function listAgents(db: Queryable): Promise<User[]> {
  const rows = await db<UserRow>('users')
    .where({ role: 'agent', state: 'active' })
    .orderBy('id')
    .select()
  return rows.map(toUser)
}

/** Active agents and admins, by id. */
export async function listStaff(db: Queryable): Promise<User[]> {
  const rows = await db<UserRow>('users')
    .whereIn('role', ['agent', 'admin'])
    .where({ state: 'active' })
    .orderBy('id')
    .select()
  return rows.map(toUser)
}

export interface NewUser {
  readonly email: Address
  readonly name: string | null
  readonly role: Role
  readonly state: UserState
}

/** Adds a person, or returns the one who has this address already. */
export async function ensureUser(
  tx: Tx,
  user: NewUser,
  at: Date,
): Promise<{ user: User; created: boolean }> {
  const inserted = await tx<UserRow>('users')
    .insert({ ...user, locale: null, created_at: toMs(at), last_login_at: null, proven_at: null })
    .onConflict('email')
    .ignore()
    .returning('*')
  const row = inserted[0]
  if (row !== undefined) return { user: toUser(row), created: true }
  const found = await findUserByEmail(tx, user.email)
  if (found === null) throw new Error('a user is neither new nor there')
  return { user: found, created: false }
}

/** The person behind an address that wrote to us; their name is learned once. */
export async function ensureContact(tx: Tx, who: NamedAddress, at: Date): Promise<User> {
  const { user } = await ensureUser(
    tx,
    { email: who.address, name: who.name, role: 'customer', state: 'contact' },
    at,
  )
  if (user.name !== null || who.name === null || user.role !== 'customer') return user
  await tx<UserRow>('users').where({ id: user.id }).whereNull('name').update({ name: who.name })
  return { ...user, name: who.name }
}

export async function updateUser(
  tx: Tx,
  id: number,
  change: { role?: Role; state?: UserState; name?: string | null },
): Promise<void> {
  await tx<UserRow>('users').where({ id }).update(change)
}

/** How many active admins there are besides `exceptId`. */
export async function countOtherAdmins(db: Queryable, exceptId: number): Promise<number> {
  const row = await db('users')
    .where({ role: 'admin', state: 'active' })
    .whereNot({ id: exceptId })
    .count({ count: '*' })
    .first<{ count: number }>()
  return Number(row?.count ?? 0)
}

/** Mail from this address was proven to be theirs; only the first time is kept. */
export async function markProven(tx: Tx, id: number, at: Date): Promise<void> {
  await tx<UserRow>('users')
    .where({ id })
    .whereNull('proven_at')
    .update({ proven_at: toMs(at) })
}
