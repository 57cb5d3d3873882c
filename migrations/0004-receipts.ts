/** What tickets were before commands by mail changed them. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('receipts', (t) => {
    t.increments('id')
    t.integer('ticket_id').notNullable().references('tickets.id').onDelete('CASCADE')
    t.integer('agent_id').notNullable().references('users.id')
    /** Of the ticket when the commands were done: nothing else may have happened since. */
    t.integer('version').notNullable()
    t.text('before').notNullable()
    t.bigInteger('created_at').notNullable()
    t.bigInteger('undone_at')
    t.index(['ticket_id', 'agent_id', 'id'])
  })
}
