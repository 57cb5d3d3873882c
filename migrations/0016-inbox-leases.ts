/** Which of several daemons fetches an inbox. Used on PostgreSQL; SQLite has one daemon. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('inbox_leases', (t) => {
    t.integer('inbox_id').primary().references('inboxes.id').onDelete('CASCADE')
    t.text('owner').notNullable()
    /** By the database's clock; 0: given back. */
    t.bigInteger('held_until').notNullable()
    /** Counts the holders: what an earlier one writes late is refused. */
    t.integer('epoch').notNullable()
    /** How often somebody, on whichever daemon, wanted a look at once. */
    t.integer('looks').notNullable().defaultTo(0)
  })
}
