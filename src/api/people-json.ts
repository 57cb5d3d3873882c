/** Users as JSON, and people beside tickets. */
import type { User } from '../ticket/user.ts'

export interface UserJson {
  id: number
  email: string
  name: string | null
  role: string
  state: string
  locale: string | null
  created_at: string
  last_login_at: string | null
}

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

export interface PersonJson {
  id: number
  email: string | null
  name: string | null
}

export const personJson = ({ id, email, name }: User): PersonJson => ({ id, email, name })

/** Customers do not learn the addresses that agents write from. */
export const hiddenPersonJson = ({ id, name }: User): PersonJson => ({ id, email: null, name })

export const instant = (at: Date | null): string | null => at?.toISOString() ?? null
