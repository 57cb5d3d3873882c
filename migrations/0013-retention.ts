/** Forgetting: bytes that nothing refers to any more, and how old messages are found. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  /** Names of stored bytes that may be removed, when nothing refers to them. */
  await db.schema.createTable('blob_garbage', (t) => {
    t.text('sha256').primary()
    t.bigInteger('since').notNullable()
  })
  await db.raw(
    `create index inbound_messages_kept on inbound_messages (received_at) where sha256 is not null`,
  )
  await db.raw(
    `create index inbound_messages_source on inbound_messages (sha256) where sha256 is not null`,
  )
}
