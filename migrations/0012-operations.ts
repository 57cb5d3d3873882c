/** What admins steer: inboxes that pause, senders that are blocked, suppressions by hand, who did what. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('inboxes', (t) => {
    /** Since when nothing is fetched, because somebody said so. */
    t.bigInteger('paused_at')
  })
  await db.schema.createTable('blocked_senders', (t) => {
    t.increments('id')
    /** An address, or `@` and a domain. */
    t.text('sender').notNullable().unique()
    t.text('note')
    t.integer('blocked_by')
    t.bigInteger('created_at').notNullable()
  })
  await suppressions(db)
  await db.raw('create index events_by_actor on events (actor_id, id) where actor_id is not null')
}

/** SQLite changes no constraint of a table that is there, so it is made anew. */
async function suppressions(db: Knex): Promise<void> {
  await db.schema.renameTable('suppressions', 'suppressions_before')
  await db.schema.createTable('suppressions', (t) => {
    t.increments('id')
    t.text('address').notNullable().unique('suppressed_address')
    t.text('reason').notNullable().checkIn(['hard_bounce', 'asked', 'by_hand'], 'suppressed_reason')
    /** What the server said, where it was asked, or what the admin noted. */
    t.text('detail').notNullable()
    t.bigInteger('created_at').notNullable()
  })
  await db.raw(
    `insert into suppressions (address, reason, detail, created_at)
       select address, reason, detail, created_at from suppressions_before order by created_at`,
  )
  await db.schema.dropTable('suppressions_before')
}
