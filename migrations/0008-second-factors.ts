/** Second factors: the secret that an authenticator app and we share. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('second_factors', (t) => {
    t.integer('user_id').primary().references('users.id').onDelete('CASCADE')
    t.binary('secret').notNullable()
    /** The last time step a code was taken of: none is good twice. */
    t.bigInteger('last_step').notNullable().defaultTo(0)
    t.bigInteger('created_at').notNullable()
    /** Null: the app has not shown a code yet, and none is asked for. */
    t.bigInteger('confirmed_at')
  })
}
