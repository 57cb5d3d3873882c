/** What is done to look after a desk: when last, and what came of it. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('upkeep', (t) => {
    t.text('task').primary()
    t.bigInteger('ended_at').notNullable()
    /** Null: it never went well. */
    t.bigInteger('succeeded_at')
    /** What is wrong, for people; null: nothing. */
    t.text('found')
  })
}
