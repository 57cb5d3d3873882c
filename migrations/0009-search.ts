/**
 * What tickets are found and sorted by: their words, kept beside them by the indexer, and since when
 * somebody waits for us.
 */
import type { Knex } from 'knex'

/** Sorts after every instant there is: tickets that nobody waits for come last. */
const NEVER = 2 ** 53 - 1

export async function up(db: Knex): Promise<void> {
  await words(db)
  await order(db)
}

async function words(db: Knex): Promise<void> {
  /** One row: how far the indexer has read. */
  await db.schema.createTable('index_progress', (t) => {
    t.integer('id').primary()
    t.integer('event_id').notNullable()
    /** Tickets below this id are still to be read once; null: none is. */
    t.integer('tickets_below')
  })
  await db.raw(
    `insert into index_progress (id, event_id, tickets_below)
       select 1, coalesce((select max(id) from events), 0), (select max(id) + 1 from tickets)`,
  )
  if ((db.client as { dialect: string }).dialect === 'postgresql') {
    await db.schema.createTable('ticket_words', (t) => {
      t.integer('id').primary()
      /** What its customers may find it by, and what agents may. */
      t.specificType('shared', 'tsvector').notNullable()
      t.specificType('everything', 'tsvector').notNullable()
    })
    await db.raw('create index ticket_words_everything on ticket_words using gin (everything)')
    return
  }
  // Words come cut, folded and separated by spaces: to this tokenizer every letter beyond ASCII is
  // part of a word. No text is stored twice.
  await db.raw(
    `create virtual table ticket_words using fts5
       (shared, internal, content = '', contentless_delete = 1, tokenize = 'ascii')`,
  )
}

async function order(db: Knex): Promise<void> {
  // Plain SQL: knex would rebuild the whole table on SQLite.
  await db.raw('alter table tickets add column waiting_since bigint')
  await db.raw(
    `update tickets set waiting_since =
       (select max(created_at) from comments where comments.ticket_id = tickets.id
          and visibility = 'public' and author_type = 'customer')
     where status_category = 'open'`,
  )
  await db.raw('create index tickets_created on tickets (created_at, id)')
  await db.raw('create index tickets_updated on tickets (updated_at, id)')
  await db.raw(`create index tickets_waiting on tickets ((coalesce(waiting_since, ${NEVER})), id)`)
  await db.raw(
    `create index tickets_priority on tickets
       ((case priority when 'urgent' then 4 when 'high' then 3 when 'normal' then 2 else 1 end), id)`,
  )
}
