/** Mail of agents that waits for a word of theirs, and addresses that get no automatic mail. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('held_replies', (t) => {
    t.increments('id')
    t.integer('inbound_id').notNullable().unique().references('inbound_messages.id')
    t.integer('ticket_id').notNullable().references('tickets.id').onDelete('CASCADE')
    t.integer('agent_id').notNullable().references('users.id')
    /** What he said, as JSON; null: nothing proved that it was he. */
    t.text('said')
    /** Was he told by mail? */
    t.boolean('told').notNullable()
    t.bigInteger('held_at').notNullable()
    t.text('choice').checkIn(['send', 'note', 'discard'])
    t.bigInteger('chosen_at')
    t.index(['ticket_id', 'agent_id', 'id'])
    t.index(['agent_id', 'held_at'])
  })
  await db.schema.createTable('suppressions', (t) => {
    t.text('address').primary()
    t.text('reason').notNullable().checkIn(['hard_bounce', 'asked'])
    /** What the server said, or where it was asked. */
    t.text('detail').notNullable()
    t.bigInteger('created_at').notNullable()
  })
}
