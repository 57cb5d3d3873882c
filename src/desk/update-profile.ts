/** What somebody is called, and the language he is written to in. */
import { insertEvents } from '../store/events.ts'
import type { Tx } from '../store/open.ts'
import { updateUser } from '../store/users.ts'
import type { Actor } from '../ticket/comment.ts'
import type { User } from '../ticket/user.ts'
import { userChanged } from './manage-users.ts'

export interface Profile {
  readonly name?: string | null | undefined
  /** BCP 47; null: that of the inbox. */
  readonly locale?: string | null | undefined
}

/** Members left out stay as they are. */
export async function updateProfile(
  tx: Tx,
  { user, change, actor }: { user: User; change: Profile; actor: Actor },
  at: Date,
): Promise<User> {
  const { name = user.name, locale = user.locale } = change
  if (name === user.name && locale === user.locale) return user
  await updateUser(tx, user.id, { name, locale })
  // What he is called is his own; that it changed is for everybody.
  await insertEvents(tx, [userChanged(user.id, { profile: true }, actor)], at)
  return { ...user, name, locale }
}
