/**
 * People, inboxes, the inbound ledger, tickets, the outbox.
 *
 * Conventions: instants are milliseconds since 1970 in BIGINT (`*_at`); JSON is text; sizes are
 * bytes; sha256 is lower-case hex. Both databases get the same tables.
 */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await people(db)
  await inbound(db)
  await tickets(db)
  await comments(db)
  await outbox(db)
  await links(db)
}

async function people(db: Knex): Promise<void> {
  await db.schema.createTable('users', (t) => {
    t.increments('id')
    t.text('email').notNullable().unique()
    t.text('name')
    t.text('role').notNullable().checkIn(['customer', 'agent', 'admin'])
    t.text('state')
      .notNullable()
      .checkIn(['contact', 'unverified', 'pending_approval', 'active', 'disabled'])
    t.text('locale')
    t.bigInteger('created_at').notNullable()
    t.bigInteger('last_login_at')
    /** When mail from this address was first proven: an own token, or an aligned pass. */
    t.bigInteger('proven_at')
    t.index(['role', 'state'])
  })
  await db.schema.createTable('api_tokens', (t) => {
    t.increments('id')
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE')
    t.text('name').notNullable()
    t.text('token_hash').notNullable().unique()
    /** JSON list; null: every right of the user. */
    t.text('scopes')
    t.bigInteger('created_at').notNullable()
    t.bigInteger('expires_at')
    t.bigInteger('last_used_at')
    t.index(['user_id'])
  })
  /** Keys made once and shared by every daemon and every restored backup. */
  await db.schema.createTable('secrets', (t) => {
    t.increments('id')
    t.text('name').notNullable()
    t.binary('value').notNullable()
    t.bigInteger('created_at').notNullable()
    t.bigInteger('retired_at')
    t.index(['name'])
  })
}

async function inbound(db: Knex): Promise<void> {
  await db.schema.createTable('inboxes', (t) => {
    t.increments('id')
    t.text('name').notNullable().unique()
    t.text('address').notNullable()
    t.bigInteger('created_at').notNullable()
  })
  /** One row per generation (uidvalidity) of a folder: how far it has been fetched. */
  await db.schema.createTable('folder_cursors', (t) => {
    t.increments('id')
    t.integer('inbox_id').notNullable().references('inboxes.id')
    t.text('folder').notNullable()
    t.bigInteger('uidvalidity').notNullable()
    t.bigInteger('uid').notNullable()
    /** UIDs up to here were there before we were. */
    t.bigInteger('backlog_uid').notNullable()
    t.bigInteger('created_at').notNullable()
    t.bigInteger('reconciled_at')
    t.unique(['inbox_id', 'folder', 'uidvalidity'])
  })
  /** The ledger: one row for every message a server ever showed us. */
  await db.schema.createTable('inbound_messages', (t) => {
    t.increments('id')
    t.integer('inbox_id').notNullable().references('inboxes.id')
    t.text('folder').notNullable()
    t.bigInteger('uidvalidity').notNullable()
    t.bigInteger('uid').notNullable()
    t.text('sha256')
    t.bigInteger('size').notNullable()
    t.text('message_id')
    t.text('body_hash')
    t.bigInteger('internal_at')
    t.bigInteger('received_at').notNullable()
    t.text('fate')
      .notNullable()
      .checkIn(['pending', 'ticket', 'comment', 'duplicate', 'system', 'ignored', 'quarantined'])
    t.text('verdict')
    t.text('reasons').notNullable()
    t.text('evidence')
    t.text('sender')
    t.integer('ticket_id')
    t.integer('comment_id')
    t.integer('duplicate_of')
    t.integer('attempts').notNullable().defaultTo(0)
    t.integer('failures').notNullable().defaultTo(0)
    t.bigInteger('due_at')
    t.text('lease_owner')
    t.text('marked').notNullable().checkIn(['none', 'pending', 'done', 'failed'])
    t.unique(['inbox_id', 'folder', 'uidvalidity', 'uid'])
    t.index(['fate', 'due_at'])
    t.index(['message_id'])
    t.index(['sender', 'received_at'])
    t.index(['ticket_id'])
  })
  // Few rows wait for their mark, and most inboxes mark nothing.
  await db.raw(
    `create index inbound_messages_unmarked on inbound_messages (inbox_id, uid) where marked = 'pending'`,
  )
  /** Content-addressed bytes kept in the database; unused where they live in a directory. */
  await db.schema.createTable('blob_chunks', (t) => {
    t.text('sha256').notNullable()
    t.integer('position').notNullable()
    t.binary('data').notNullable()
    t.primary(['sha256', 'position'])
  })
}

async function tickets(db: Knex): Promise<void> {
  await db.schema.createTable('tickets', (t) => {
    t.increments('id')
    t.text('subject').notNullable()
    t.text('status').notNullable()
    t.text('status_category').notNullable().checkIn(['open', 'waiting', 'closed'])
    t.text('priority').notNullable().checkIn(['low', 'normal', 'high', 'urgent'])
    t.text('category')
    t.text('tags').notNullable()
    t.text('fields').notNullable()
    t.integer('inbox_id').references('inboxes.id')
    t.integer('requester_id').references('users.id')
    t.text('requester_source').notNullable()
    t.integer('assignee_id').references('users.id')
    t.integer('follow_up_of').references('tickets.id')
    t.integer('merged_into').references('tickets.id')
    t.text('locale')
    t.integer('comments_count').notNullable().defaultTo(0)
    t.bigInteger('created_at').notNullable()
    t.bigInteger('updated_at').notNullable()
    t.bigInteger('closed_at')
    t.bigInteger('deleted_at')
    t.integer('version').notNullable().defaultTo(1)
    t.index(['status', 'id'])
    t.index(['status_category', 'id'])
    t.index(['requester_id', 'id'])
    t.index(['assignee_id', 'id'])
    t.index(['inbox_id', 'id'])
  })
  await db.schema.createTable('participants', (t) => {
    t.integer('ticket_id').notNullable().references('tickets.id').onDelete('CASCADE')
    t.integer('user_id').notNullable().references('users.id')
    t.text('role').notNullable().checkIn(['requester', 'cc'])
    t.bigInteger('created_at').notNullable()
    t.primary(['ticket_id', 'user_id'])
    t.index(['user_id', 'ticket_id'])
  })
  await db.schema.createTable('watchers', (t) => {
    t.integer('ticket_id').notNullable().references('tickets.id').onDelete('CASCADE')
    t.integer('user_id').notNullable().references('users.id').onDelete('CASCADE')
    t.bigInteger('created_at').notNullable()
    t.primary(['ticket_id', 'user_id'])
  })
}

async function comments(db: Knex): Promise<void> {
  await db.schema.createTable('comments', (t) => {
    t.increments('id')
    t.integer('ticket_id').notNullable().references('tickets.id').onDelete('CASCADE')
    t.text('visibility').notNullable().checkIn(['public', 'internal'])
    t.text('author_type').notNullable().checkIn(['customer', 'agent', 'system'])
    t.integer('author_id').references('users.id')
    t.text('text').notNullable()
    t.text('quoted_text').notNullable()
    t.text('full_text').notNullable()
    t.text('html')
    t.text('source').notNullable().checkIn(['email', 'api', 'web'])
    t.text('message_id')
    /** JSON list of the sender's own References, oldest first. */
    t.text('reference_ids')
    t.integer('inbound_id').unique().references('inbound_messages.id')
    t.text('authentication')
    t.bigInteger('created_at').notNullable()
    t.index(['ticket_id', 'id'])
    t.index(['author_id', 'created_at'])
    t.index(['message_id'])
  })
  await db.schema.createTable('attachments', (t) => {
    t.increments('id')
    t.integer('comment_id').references('comments.id').onDelete('CASCADE')
    t.text('filename')
    t.text('content_type').notNullable()
    t.bigInteger('size').notNullable()
    t.text('sha256').notNullable()
    t.boolean('inline').notNullable()
    t.text('content_id')
    t.bigInteger('created_at').notNullable()
    t.index(['comment_id'])
    t.index(['sha256'])
  })
  await db.schema.createTable('events', (t) => {
    t.increments('id')
    t.text('type').notNullable()
    t.integer('ticket_id')
    t.integer('comment_id')
    t.text('actor_type').notNullable()
    t.integer('actor_id')
    t.text('data').notNullable()
    t.bigInteger('created_at').notNullable()
    t.index(['ticket_id', 'id'])
  })
}

async function outbox(db: Knex): Promise<void> {
  await db.schema.createTable('outbox', (t) => {
    t.increments('id')
    t.integer('inbox_id').notNullable().references('inboxes.id')
    t.integer('ticket_id')
    t.integer('comment_id')
    t.integer('user_id').references('users.id')
    t.text('kind').notNullable()
    /** RFC 3834 automatic mail: never repeated when its delivery is uncertain. */
    t.boolean('automatic').notNullable()
    t.text('message_id').notNullable().unique()
    t.text('mail_from').notNullable()
    t.text('rcpt_to').notNullable()
    t.text('rcpt_domain').notNullable()
    t.text('outcome')
      .notNullable()
      .checkIn([
        'held',
        'queued',
        'sending',
        'ending',
        'sent',
        'failed',
        'bounced',
        'suppressed',
        'uncertain',
        'discarded',
      ])
    t.integer('attempts').notNullable().defaultTo(0)
    t.bigInteger('due_at')
    t.text('lease_owner')
    t.bigInteger('lease_until')
    t.text('detail')
    t.boolean('verified').notNullable().defaultTo(true)
    /** How often an uncertain delivery was handed over again, knowingly. */
    t.integer('resends').notNullable().defaultTo(0)
    t.bigInteger('created_at').notNullable()
    t.bigInteger('sent_at')
    t.index(['inbox_id', 'outcome', 'due_at'])
    t.index(['outcome', 'lease_until'])
    t.index(['ticket_id', 'user_id'])
    t.index(['comment_id'])
    t.index(['kind', 'created_at'])
    t.index(['rcpt_to', 'created_at'])
    t.index(['rcpt_domain', 'created_at'])
  })
  /** The exact bytes, apart from the rows that loops scan. */
  await db.schema.createTable('outbox_sources', (t) => {
    t.integer('outbox_id').primary().references('outbox.id').onDelete('CASCADE')
    t.binary('source').notNullable()
  })
}

/** Relations that agents see but that give no rights: "possibly related". */
async function links(db: Knex): Promise<void> {
  await db.schema.createTable('ticket_links', (t) => {
    t.integer('ticket_id').notNullable().references('tickets.id').onDelete('CASCADE')
    t.integer('related_id').notNullable().references('tickets.id').onDelete('CASCADE')
    t.text('reason').notNullable()
    t.bigInteger('created_at').notNullable()
    t.primary(['ticket_id', 'related_id'])
  })
}
