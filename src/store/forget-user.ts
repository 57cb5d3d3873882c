/** What the tables beside `users` know of a person: his way in, and his address. */
import type { Address } from '../mail/address.ts'
import { deleteTokens } from './api-tokens.ts'
import { deleteIdentities } from './identities.ts'
import type { Tx } from './open.ts'
import { deletePassword } from './passwords.ts'
import { deleteFactor } from './second-factors.ts'
import { deleteSessions } from './sessions.ts'

/** He can no longer log in by any of them, follows nothing, and mail that waits is not sent. */
export async function closeAccount(tx: Tx, userId: number): Promise<void> {
  await deletePassword(tx, userId)
  await deleteSessions(tx, userId)
  await deleteTokens(tx, userId)
  await deleteFactor(tx, userId)
  await deleteIdentities(tx, userId)
  await tx('codes').where({ user_id: userId }).delete()
  await tx('watchers').where({ user_id: userId }).delete()
  await tx('outbox')
    .where({ user_id: userId })
    .whereIn('outcome', ['queued', 'held'])
    .update({ outcome: 'discarded', due_at: null, detail: 'the account was deleted first' })
}

/** His address goes from the ledgers, and the copies of mail to him with it. */
export async function forgetAddress(
  tx: Tx,
  { userId, email, replacement }: { userId: number; email: Address; replacement: Address },
): Promise<void> {
  // Answers would be mailed to an address that is none.
  await tx('participants').where({ user_id: userId }).delete()
  // Mail that is being handed over right now still needs its bytes.
  const settled = tx('outbox')
    .where({ user_id: userId })
    .whereNotIn('outcome', ['sending', 'ending', 'uncertain'])
    .select('id')
  await tx('outbox_sources').whereIn('outbox_id', settled).delete()
  await tx('outbox')
    .where({ user_id: userId })
    .whereNotIn('outcome', ['sending', 'ending', 'uncertain'])
    .update({ rcpt_to: replacement, rcpt_domain: 'deleted.invalid' })
  await tx('inbound_messages').where({ sender: email }).update({ sender: null })
}
