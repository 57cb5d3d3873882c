/** What an agent wants to hear of: his own settings, and tickets he wants to hear nothing of. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('notice_settings', (t) => {
    t.integer('user_id').primary().references('users.id').onDelete('CASCADE')
    /** Null: as the configuration says. */
    t.text('level').checkIn(['all', 'mine_unassigned', 'mine', 'digest', 'off'])
    /** Minutes after midnight; both null: at any time. */
    t.integer('quiet_from')
    t.integer('quiet_until')
    /** The day (YYYY-MM-DD, his zone) whose digest is done. */
    t.text('digest_on')
  })
  await db.schema.createTable('muted_tickets', (t) => {
    t.integer('ticket_id').notNullable().references('tickets.id').onDelete('CASCADE')
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE')
    t.bigInteger('created_at').notNullable()
    t.primary(['ticket_id', 'user_id'])
  })
}
