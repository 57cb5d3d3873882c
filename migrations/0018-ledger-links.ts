/** Which message a comment came as, and which are copies of one: asked when words move, or go. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(
    'create index inbound_messages_comment on inbound_messages (comment_id) where comment_id is not null',
  )
  await db.raw(
    'create index inbound_messages_copies on inbound_messages (duplicate_of) where duplicate_of is not null',
  )
}
