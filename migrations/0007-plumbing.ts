/** Orders of people about messages that came in, uploads before a comment has them, repeated requests. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('inbound_messages', (t) => {
    /** Who says that this message is to become a ticket, whatever the rules say; null: nobody. */
    t.integer('released_by')
    /** Or a comment of this one. */
    t.integer('released_into')
  })
  await db.schema.alterTable('attachments', (t) => {
    /** Who sent it through the API; null: it came as mail. */
    t.integer('uploaded_by')
  })
  await db.raw(
    'create index attachments_unused on attachments (created_at) where comment_id is null',
  )
  await db.schema.createTable('idempotency_keys', (t) => {
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE')
    t.text('key').notNullable()
    /** SHA-256 of method, path and body: the same key for something else is a mistake. */
    t.text('fingerprint').notNullable()
    t.text('state').notNullable().checkIn(['running', 'committed', 'answered'])
    /** The answer, once it is known. */
    t.integer('status')
    t.text('headers')
    t.text('body')
    t.bigInteger('created_at').notNullable()
    t.primary(['user_id', 'key'])
    t.index(['created_at'])
  })
}
