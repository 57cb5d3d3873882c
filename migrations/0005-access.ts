/** Logging in: passwords, sessions, codes sent by mail, and what was tried how often. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (t) => {
    /** The account is gone; the row stays because tickets name it. */
    t.bigInteger('deleted_at')
  })
  /** Apart from the users, so that nothing that reads a user reads these. */
  await db.schema.createTable('passwords', (t) => {
    t.integer('user_id').primary().references('users.id').onDelete('CASCADE')
    t.text('hash').notNullable()
    t.bigInteger('changed_at').notNullable()
  })
  await db.schema.createTable('sessions', (t) => {
    t.increments('id')
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE')
    t.text('token_hash').notNullable().unique()
    t.text('address')
    t.text('user_agent')
    t.bigInteger('created_at').notNullable()
    t.bigInteger('last_used_at').notNullable()
    t.bigInteger('expires_at').notNullable()
    t.index(['user_id'])
    t.index(['expires_at'])
  })
  await db.schema.createTable('codes', (t) => {
    t.increments('id')
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE')
    t.text('purpose').notNullable().checkIn(['register', 'reset'])
    t.text('code_hash').notNullable()
    t.integer('tries').notNullable().defaultTo(0)
    /** What a registration asked for; it counts once the code proves the address. */
    t.text('name')
    t.text('password_hash')
    t.bigInteger('created_at').notNullable()
    t.bigInteger('expires_at').notNullable()
    /** Used, or replaced by a newer one. */
    t.bigInteger('ended_at')
    t.index(['user_id', 'purpose', 'id'])
  })
  await db.schema.createTable('rate_hits', (t) => {
    t.increments('id')
    t.text('key').notNullable()
    t.bigInteger('created_at').notNullable()
    t.index(['key', 'created_at'])
    t.index(['created_at'])
  })
}
