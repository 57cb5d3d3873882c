/** An admin adds somebody, who sets a password himself unless the admin gives him one. */
import { AppError } from '../errors.ts'
import { mailNews } from '../outbound/account-mail.ts'
import type { Tx } from '../store/open.ts'
import { setPassword } from '../store/passwords.ts'
import type { User } from '../ticket/user.ts'
import type { DeskContext } from './context.ts'
import { addUser, type AddUserInput } from './manage-users.ts'

/** @throws AppError `email-in-use`: only admins learn that. */
export async function inviteUser(
  tx: Tx,
  context: DeskContext,
  input: AddUserInput & { passwordHash: string | null },
  at: Date,
): Promise<User> {
  const { passwordHash, ...wanted } = input
  const { user, created } = await addUser(tx, wanted, at)
  if (!created) {
    const sentence = `${user.email} has an account already (${user.role}, ${user.state}).`
    throw new AppError('conflict', 'email-in-use', sentence, { user_id: user.id })
  }
  if (passwordHash !== null) await setPassword(tx, user.id, passwordHash, at)
  await mailNews(tx, context, { recipient: user, news: 'invited' }, at)
  return user
}
