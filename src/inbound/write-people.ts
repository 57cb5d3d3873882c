/** Who a message makes known: its author, and those who were copied. */
import type { NamedAddress } from '../mail/address.ts'
import type { Tx } from '../store/open.ts'
import { ensureContact, findUserByEmail, markProven } from '../store/users.ts'
import { isStaff, type User } from '../ticket/user.ts'
import type { Understood } from './write.ts'

/** The person who wrote, made a contact if new. Null: there is no one clear address. */
export async function senderOf(tx: Tx, understood: Understood, at: Date): Promise<User | null> {
  const { message, sender, proven } = understood
  if (sender === null && (message.from === null || message.fromAddresses.length !== 1)) return null
  const user = sender ?? (message.from === null ? null : await ensureContact(tx, message.from, at))
  if (user === null) return null
  if (proven && user.provenAt === null) await markProven(tx, user.id, at)
  // Somebody new has his name already; somebody known may tell it now.
  if (sender === null || user.name !== null || message.from === null) return user
  return ensureContact(tx, message.from, at)
}

/** People who were copied, as contacts. Staff do not become participants: their addresses are private. */
export async function contactsOf(
  tx: Tx,
  copied: readonly NamedAddress[],
  at: Date,
): Promise<User[]> {
  const users: User[] = []
  for (const who of copied) {
    const known = await findUserByEmail(tx, who.address)
    if (known !== null && isStaff(known)) continue
    users.push(known ?? (await ensureContact(tx, who, at)))
  }
  return users
}
