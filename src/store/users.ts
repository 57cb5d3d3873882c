/** People: one table for customers, agents and admins. */
import type { Address, NamedAddress } from '../mail/address.ts'
import type { Role, User, UserState } from '../ticket/user.ts'
import { gathered } from './gather.ts'
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
  deleted_at: number | null
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

export const findUser: (db: Queryable, id: number) => Promise<User | null> = gathered(
  async (db, ids: readonly number[]) => {
    const found = await usersById(db, ids)
    return ids.map((id) => found.get(id) ?? null)
  },
)

export async function findUsers(db: Queryable, ids: readonly number[]): Promise<User[]> {
  if (ids.length === 0) return []
  const rows = await db<UserRow>('users')
    .whereIn('id', [...new Set(ids)])
    .select()
  return rows.map(toUser)
}

/** The same, by their ids. */
export async function usersById(db: Queryable, ids: readonly number[]): Promise<Map<number, User>> {
  return new Map((await findUsers(db, ids)).map((user) => [user.id, user]))
}

export const findUserByEmail: (db: Queryable, email: Address) => Promise<User | null> = gathered(
  async (db, all: readonly Address[]) => {
    const rows = await db<UserRow>('users')
      .whereIn('email', [...all])
      .select()
    const byEmail = new Map(rows.map((row) => [row.email, toUser(row)]))
    return all.map((email) => byEmail.get(email) ?? null)
  },
)

/** One whose account was not deleted. */
export async function findAccount(db: Queryable, id: number): Promise<User | null> {
  const row = await db<UserRow>('users').where({ id }).whereNull('deleted_at').first()
  return row === undefined ? null : toUser(row)
}

/** The same, and nobody else changes this user until the transaction ends. */
export async function lockAccount(tx: Tx, id: number): Promise<User | null> {
  const row = await tx<UserRow>('users').where({ id }).whereNull('deleted_at').forUpdate().first()
  return row === undefined ? null : toUser(row)
}

/** Everybody but deleted accounts, oldest first, at most `limit`. */
export async function listUsers(
  db: Queryable,
  filter: { role?: Role; afterId?: number; limit: number },
): Promise<User[]> {
  const query = db<UserRow>('users').whereNull('deleted_at').orderBy('id').limit(filter.limit)
  if (filter.role !== undefined) void query.where({ role: filter.role })
  if (filter.afterId !== undefined) void query.where('id', '>', filter.afterId)
  return (await query.select()).map(toUser)
}

export interface UserFilter {
  readonly roles?: readonly Role[] | undefined
  readonly states?: readonly UserState[] | undefined
  /** Part of an address or a name, whatever its case. */
  readonly text?: string | undefined
  readonly beforeId?: number | undefined
  readonly limit: number
}

/** Newest first, without deleted accounts. */
export async function searchUsers(db: Queryable, filter: UserFilter): Promise<User[]> {
  const { roles, states, text, beforeId } = filter
  const query = db<UserRow>('users').whereNull('deleted_at').orderBy('id', 'desc')
  if (roles !== undefined) void query.whereIn('role', [...roles])
  if (states !== undefined) void query.whereIn('state', [...states])
  if (beforeId !== undefined) void query.where('id', '<', beforeId)
  if (text !== undefined) {
    const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
    void query.whereRaw(`(lower(email) like ? escape '\\' or lower(name) like ? escape '\\')`, [
      pattern,
      pattern,
    ])
  }
  return (await query.limit(filter.limit).select()).map(toUser)
}

/** Active users of the role agent: those whom notices go to. */
export async function listAgents(db: Queryable): Promise<User[]> {
  const rows = await db<UserRow>('users')
    .where({ role: 'agent', state: 'active' })
    .orderBy('id')
    .select()
  return rows.map(toUser)
}

export async function listAdmins(db: Queryable): Promise<User[]> {
  const rows = await db<UserRow>('users')
    .where({ role: 'admin', state: 'active' })
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

/** Adds a person, or returns the one who has this address already, back if he was deleted. */
export async function ensureUser(
  tx: Tx,
  user: NewUser,
  at: Date,
): Promise<{ user: User; created: boolean }> {
  const row = await insertGathered(tx, { user, at })
  if (row !== null) return { user: toUser(row), created: true }
  const found = await tx<UserRow>('users').where({ email: user.email }).first()
  if (found === undefined) throw new Error('a user is neither new nor there')
  if (found.deleted_at !== null) {
    await tx<UserRow>('users').where({ id: found.id }).update({ deleted_at: null })
  }
  return { user: toUser(found), created: false }
}

/** Null: somebody has this address already. */
const insertGathered = gathered(
  async (db, all: readonly { readonly user: NewUser; readonly at: Date }[]) => {
    const inserted = await db<UserRow>('users')
      .insert(
        all.map(({ user, at }) => ({
          ...user,
          locale: null,
          created_at: toMs(at),
          last_login_at: null,
          proven_at: null,
          deleted_at: null,
        })),
      )
      .onConflict('email')
      .ignore()
      .returning('*')
    return all.map(({ user }) => inserted.find(({ email }) => email === user.email) ?? null)
  },
)

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
  change: { role?: Role; state?: UserState; name?: string | null; locale?: string | null },
): Promise<void> {
  await tx<UserRow>('users').where({ id }).update(change)
}

/**
 * How many active admins there are besides `exceptId`. Until the transaction ends they stay: of two
 * admins who demote each other one must see what the other did.
 */
export async function countOtherAdmins(tx: Tx, exceptId: number): Promise<number> {
  const admins = await tx<UserRow>('users')
    .where({ role: 'admin', state: 'active' })
    .orderBy('id')
    .forUpdate()
    .select('id')
  return admins.filter(({ id }) => id !== exceptId).length
}

export async function markLoggedIn(tx: Tx, id: number, at: Date): Promise<void> {
  await tx<UserRow>('users')
    .where({ id })
    .update({ last_login_at: toMs(at) })
}

/**
 * Nobody sees the account any more, and nobody logs in with it. With `email`, the one it is known
 * by from now on, nothing in it tells whose it was.
 */
export async function markDeleted(
  tx: Tx,
  id: number,
  { email }: { email: Address | null },
  at: Date,
): Promise<void> {
  await tx<UserRow>('users')
    .where({ id })
    .update({
      role: 'customer',
      state: 'contact',
      deleted_at: toMs(at),
      ...(email === null ? {} : { email, name: null, locale: null, proven_at: null }),
    })
}

/** Mail from this address was proven to be theirs; only the first time is kept. */
export async function markProven(tx: Tx, id: number, at: Date): Promise<void> {
  await tx<UserRow>('users')
    .where({ id })
    .whereNull('proven_at')
    .update({ proven_at: toMs(at) })
}
