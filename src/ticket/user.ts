/**
 * People, one table of them: whoever writes is a user of role customer in state `contact`;
 * agents and admins can log in. Roles are ordered, a higher one may do what a lower one may.
 */
import type { Address } from '../mail/address.ts'

export const ROLES = ['customer', 'agent', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const USER_STATES = [
  'contact',
  'unverified',
  'pending_approval',
  'active',
  'disabled',
] as const
export type UserState = (typeof USER_STATES)[number]

export interface User {
  readonly id: number
  readonly email: Address
  readonly name: string | null
  readonly role: Role
  readonly state: UserState
  readonly locale: string | null
  readonly createdAt: Date
  readonly lastLoginAt: Date | null
  /** When mail from this address was first proven (own token, aligned pass), or null. */
  readonly provenAt: Date | null
}

/** Agents and admins, the disabled too: customers do not learn which addresses they write from. */
export const isColleague = ({ role }: Pick<User, 'role'>): boolean => role !== 'customer'

/** Works on tickets: an active agent or admin. */
export const isStaff = (user: Pick<User, 'role' | 'state'>): boolean =>
  user.state === 'active' && user.role !== 'customer'
