/** An agent writes to a customer and copies the desk: whose ticket that is. */
import { type Address, type NamedAddress, splitSubaddress } from '../mail/address.ts'
import type { Message } from '../mail/message.ts'
import type { Queryable } from '../store/open.ts'
import { findUserByEmail } from '../store/users.ts'
import { isStaff, type User } from '../ticket/user.ts'

/** `<inbox>+new@`: says so wherever it stands. */
const NEW_TAG = 'new'
/** A mail to more people is an announcement; the first of them may still be a customer. */
const LOOKED_AT_MAX = 5

/**
 * The customer an agent's mail is addressed to, when the desk is only copied on it. A mail to the
 * desk itself is the agent's own request.
 */
export async function addresseeOf(
  db: Queryable,
  mail: { message: Message; sender: User | null; own: ReadonlySet<Address> },
): Promise<NamedAddress | null> {
  const { message, sender, own } = mail
  if (sender === null || !isStaff(sender)) return null
  const isOurs = ({ address }: NamedAddress) =>
    own.has(address) || own.has(splitSubaddress(address).base)
  const asksForNew = [...message.to, ...message.cc].some(
    (who) => isOurs(who) && splitSubaddress(who.address).tag === NEW_TAG,
  )
  const onlyCopied = !message.to.some(isOurs) && message.cc.some(isOurs)
  if (!asksForNew && !onlyCopied) return null
  const others = message.to.filter((who) => !isOurs(who) && who.address !== sender.email)
  for (const who of others.slice(0, LOOKED_AT_MAX)) {
    const known = await findUserByEmail(db, who.address)
    if (known === null || !isStaff(known)) return who
  }
  return null
}
