/** Mail that could not be fetched yet, while later mail of its folder could: answers wait for it. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('folder_cursors', (t) => {
    /** The lowest UID of these; null: none. */
    t.bigInteger('left_out_uid')
  })
}
