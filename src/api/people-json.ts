/** Users as JSON, and people beside tickets. */
import { z } from 'zod'
import { isColleague, isStaff, ROLES, type User, USER_STATES } from '../ticket/user.ts'
import { Id, type Sent, Time } from './answers.ts'

export const UserJson = z
  .strictObject({
    id: Id,
    email: z.string(),
    name: z.string().nullable(),
    role: z.enum(ROLES),
    state: z.enum(USER_STATES),
    locale: z.string().nullable(),
    created_at: Time,
    last_login_at: Time.nullable(),
  })
  .meta({ id: 'User' })
export type UserJson = Sent<z.output<typeof UserJson>>

export const userJson = (user: User): UserJson => ({
  id: user.id,
  email: user.email,
  name: user.name,
  role: user.role,
  state: user.state,
  locale: user.locale,
  created_at: user.createdAt.toISOString(),
  last_login_at: instant(user.lastLoginAt),
})

export const PersonJson = z
  .strictObject({
    id: Id,
    /** Null: not the reader's business. */
    email: z.string().nullable(),
    name: z.string().nullable(),
  })
  .meta({ id: 'Person' })
export type PersonJson = Sent<z.output<typeof PersonJson>>

export const personJson = ({ id, email, name }: User): PersonJson => ({ id, email, name })

/** Customers do not learn the addresses that agents write from. */
export const hiddenPersonJson = ({ id, name }: User): PersonJson => ({ id, email: null, name })

/** Somebody as the one who looks may know him. */
export const personFor = (viewer: User, person: User): PersonJson =>
  isStaff(viewer) || !isColleague(person) ? personJson(person) : hiddenPersonJson(person)

export const instant = (at: Date | null): string | null => at?.toISOString() ?? null
