/**
 * What agents work with beside tickets: drafts, canned replies, snoozing, corrected notes; and
 * counts that cost the same however many tickets there are.
 */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await columns(db)
  await work(db)
  await counts(db)
}

async function columns(db: Knex): Promise<void> {
  // Plain SQL: knex would rebuild the whole table on SQLite.
  await db.raw('alter table tickets add column snoozed_until bigint')
  await db.raw('alter table tickets add column first_answered_at bigint')
  await db.raw(
    `update tickets set first_answered_at =
       (select min(created_at) from comments where comments.ticket_id = tickets.id
          and visibility = 'public' and author_type = 'agent')`,
  )
  await db.raw(
    'create index tickets_snoozed on tickets (snoozed_until) where snoozed_until is not null',
  )
  await db.raw('create index tickets_deleted on tickets (id) where deleted_at is not null')
  await db.raw('alter table comments add column edited_at bigint')
  await db.raw('alter table comments add column deleted_at bigint')
}

async function work(db: Knex): Promise<void> {
  /** What a note said before it was corrected. */
  await db.schema.createTable('comment_versions', (t) => {
    t.increments('id')
    t.integer('comment_id').notNullable().references('comments.id').onDelete('CASCADE')
    t.text('text').notNullable()
    t.integer('replaced_by').notNullable().references('users.id')
    t.bigInteger('replaced_at').notNullable()
    t.index(['comment_id'])
  })
  await db.schema.createTable('drafts', (t) => {
    t.integer('ticket_id').notNullable().references('tickets.id').onDelete('CASCADE')
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE')
    t.text('visibility').notNullable().checkIn(['public', 'internal'])
    t.text('text').notNullable()
    t.bigInteger('updated_at').notNullable()
    t.integer('version').notNullable()
    t.primary(['ticket_id', 'user_id'])
    t.index(['user_id', 'updated_at'])
  })
  await db.schema.createTable('canned_replies', (t) => {
    t.increments('id')
    t.text('name').notNullable().unique()
    /** A Liquid template. */
    t.text('text').notNullable()
    t.integer('created_by').references('users.id')
    t.bigInteger('created_at').notNullable()
    t.bigInteger('updated_at').notNullable()
    t.integer('version').notNullable().defaultTo(1)
  })
}

async function counts(db: Knex): Promise<void> {
  /** As what each ticket is counted now, so that a change takes it out there. */
  await db.schema.createTable('counted_tickets', (t) => {
    t.integer('id').primary()
    t.text('counted').notNullable()
  })
  /** How many tickets agree in all of these; '' and 0 stand for none. */
  await db.schema.createTable('ticket_tallies', (t) => {
    t.text('status').notNullable()
    t.text('status_category').notNullable()
    t.text('category').notNullable()
    t.text('priority').notNullable()
    t.integer('assignee_id').notNullable()
    t.integer('inbox_id').notNullable()
    t.integer('count').notNullable()
    t.primary(['status', 'status_category', 'category', 'priority', 'assignee_id', 'inbox_id'])
  })
  /** Tickets of a day (2026-03-01) of their inbox's time zone. */
  await db.schema.createTable('daily_counts', (t) => {
    t.text('day').notNullable()
    t.integer('inbox_id').notNullable()
    t.integer('created').notNullable()
    t.integer('resolved').notNullable()
    t.primary(['day', 'inbox_id'])
  })
  /** How long things took, as a histogram for each day. */
  await db.schema.createTable('daily_times', (t) => {
    t.text('day').notNullable()
    t.integer('inbox_id').notNullable()
    t.text('measure').notNullable().checkIn(['first_response', 'resolution'])
    t.integer('bucket').notNullable()
    t.integer('count').notNullable()
    t.primary(['day', 'inbox_id', 'measure', 'bucket'])
  })
  // Everything is read once more, to be counted.
  await db.raw('update index_progress set tickets_below = (select max(id) + 1 from tickets)')
}
