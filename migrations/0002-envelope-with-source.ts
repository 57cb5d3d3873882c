/** The reverse-path moves beside the bytes it is sent with: one row holds what an attempt hands over. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('outbox_sources', (t) => {
    t.text('mail_from').notNullable().defaultTo('')
  })
  await db.raw(
    `update outbox_sources set mail_from =
       (select mail_from from outbox where outbox.id = outbox_sources.outbox_id)`,
  )
  // Plain SQL: knex would rebuild the whole table on SQLite.
  await db.raw('alter table outbox drop column mail_from')
}
