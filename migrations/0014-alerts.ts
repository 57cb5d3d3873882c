/** Alerts: what is wrong and somebody must hear of, from when to when. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('alerts', (t) => {
    t.increments('id')
    t.text('kind').notNullable()
    /** The inbox it is about; '' for none. */
    t.text('about').notNullable()
    t.text('detail').notNullable()
    /** Kind and inbox while it lasts, so that there is one of it; null when it is over. */
    t.text('open_key').unique()
    t.bigInteger('raised_at').notNullable()
    t.bigInteger('told_at').notNullable()
    t.bigInteger('cleared_at')
    t.index(['raised_at'])
  })
}
