/** Mail of which only the beginning was taken, and that somebody wants as a whole. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('wanted_messages', (t) => {
    t.integer('inbound_id').primary().references('inbound_messages.id').onDelete('CASCADE')
    t.integer('attempts').notNullable().defaultTo(0)
    t.bigInteger('asked_at').notNullable()
    /** The note that has it as a file; null: it is not here yet. */
    t.integer('note_id').references('comments.id').onDelete('CASCADE')
  })
}
