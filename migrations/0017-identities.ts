/** Identities: who an OpenID provider says a user is. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('identities', (t) => {
    t.increments('id')
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE')
    t.text('issuer').notNullable()
    t.text('subject').notNullable()
    t.bigInteger('created_at').notNullable()
    t.unique(['issuer', 'subject'])
    /** Another subject with the same address is another person (OpenID Connect Core 5.7). */
    t.unique(['user_id', 'issuer'])
  })
}
