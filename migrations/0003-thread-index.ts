/** The conversation a ticket is to Outlook: the first 22 bytes of its opening mail's Thread-Index. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('tickets', (t) => {
    t.text('thread_index')
  })
}
