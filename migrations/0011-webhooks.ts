/** Webhooks: who is told of events over HTTP, and every notice that he is owed or got. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('webhooks', (t) => {
    t.increments('id')
    t.text('url').notNullable()
    t.text('description')
    /** JSON list of event types; empty: all. */
    t.text('events').notNullable()
    t.text('format').notNullable().checkIn(['json', 'slack', 'ntfy'])
    t.boolean('include_bodies').notNullable()
    t.boolean('active').notNullable()
    /** Why we stopped by ourselves; null: we did not. */
    t.text('disabled_reason')
    /** `whsec_...`: both sides need it, so it cannot be a hash. */
    t.text('secret').notNullable()
    t.text('old_secret')
    t.bigInteger('old_secret_until')
    /** Every event up to here has its delivery, or is not wanted. */
    t.integer('event_cursor').notNullable()
    /** Since when every attempt failed. */
    t.bigInteger('failing_since')
    t.bigInteger('last_success_at')
    t.bigInteger('created_at').notNullable()
    t.bigInteger('updated_at').notNullable()
  })
  await db.schema.createTable('webhook_deliveries', (t) => {
    t.increments('id')
    t.integer('webhook_id').notNullable().references('webhooks.id').onDelete('CASCADE')
    /** Null: a test. */
    t.integer('event_id')
    /** The same at every attempt: receivers know by it what they have. */
    t.text('message_id').notNullable().unique()
    t.text('type').notNullable()
    t.text('payload').notNullable()
    t.text('state').notNullable().checkIn(['pending', 'delivered', 'failed'])
    t.integer('attempts').notNullable().defaultTo(0)
    t.bigInteger('due_at')
    t.text('lease_owner')
    /** JSON list of the attempts, oldest first. */
    t.text('log').notNullable()
    /** How the answer to the last attempt began. */
    t.text('response')
    t.bigInteger('created_at').notNullable()
    t.bigInteger('finished_at')
    t.unique(['webhook_id', 'event_id'])
    t.index(['webhook_id', 'state', 'due_at'])
    t.index(['webhook_id', 'id'])
    t.index(['finished_at'])
  })
}
