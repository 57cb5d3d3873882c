/**
 * The statements that repeat a story: `b` is a row of it, `n.k` says which copy, and every id leaves
 * room for the copies, so that ids and instants grow together as they do on a desk.
 */
import { isPostgres } from '../src/store/dialect.ts'
import type { Queryable } from '../src/store/open.ts'

export const SCRATCH = {
  numbers: 'bench_numbers',
  sources: 'bench_sources',
  words: 'bench_words',
} as const

/** Numbers that no story has in it; they stand where a copy has its own. */
export const TICKET_MARK = 7_777_777_777
export const USER_MARK = 8_888_888_888

/** What is set aside of each table, in the order it is written again. */
export const COPIED: Readonly<Record<string, string>> = {
  users: `select * from users where role = 'customer'`,
  tickets: 'select * from tickets',
  participants: 'select * from participants',
  comments: `select c.*, t.requester_id, t.assignee_id, a.email as author_email,
      r.email as requester_email, g.email as assignee_email,
      (select min(id) from comments f where f.ticket_id = c.ticket_id) as first_id
    from comments c join tickets t on t.id = c.ticket_id join users a on a.id = c.author_id
      join users r on r.id = t.requester_id left join users g on g.id = t.assignee_id`,
  events: 'select * from events',
  counted_tickets: 'select * from counted_tickets',
}

export interface CopyStatements {
  readonly users: string
  /** Each wants the first and the last ticket of the stories it repeats. */
  readonly ofTickets: readonly string[]
}

interface Copies {
  readonly times: number
  /** The first ids of the users, which have no copies. */
  readonly agents: number
}

export async function copyStatements(db: Queryable, copies: Copies): Promise<CopyStatements> {
  const sql = new Sql(isPostgres(db), copies)
  const columns = async (table: string): Promise<string[]> =>
    Object.keys(await db(table).columnInfo())
  const copy = async (table: string, changed: Columns, more?: Partial<From>): Promise<string> => {
    const all = (await columns(table)).map((name) => [name, changed[name] ?? `b.${name}`] as const)
    return insert(table, Object.fromEntries(all), { from: `bench_${table} b`, ...more })
  }
  const own = { id: sql.own('b.id'), ticket_id: sql.own('b.ticket_id') }
  const created = { created_at: 'b.created_at + n.k' }
  return {
    users: await copy(
      'users',
      { id: sql.user('b.id'), email: sql.email('b.email', 'b.id') },
      { where: 'true' },
    ),
    ofTickets: [
      await copy('tickets', sql.ticket(), { where: 'b.id between ? and ?' }),
      await copy('participants', { ...own, ...created, user_id: sql.user('b.user_id') }),
      insert('inbound_messages', sql.inbound(), {
        from: `bench_comments b join bench_sources s on s.n = b.id % (select count(*) from bench_sources)`,
      }),
      await copy(
        'comments',
        {
          ...own,
          ...created,
          author_id: sql.user('b.author_id'),
          inbound_id: own.id,
          message_id: 'i.message_id',
        },
        {
          joined: `join inbound_messages i on i.id = ${own.id}`,
        },
      ),
      insert('attachments', attachment(own.id), {
        from: 'bench_comments b join bench_sources s on s.n = 0',
        where: `b.id % 3 = 0 and ${OF_TICKETS}`,
      }),
      await copy('events', {
        ...own,
        ...created,
        comment_id: sql.own('b.comment_id'),
        actor_id: sql.user('b.actor_id'),
      }),
      ...sql.outbox(),
      await copy('counted_tickets', { id: own.id }, { where: 'b.id between ? and ?' }),
      sql.words(),
    ],
  }
}

type Columns = Readonly<Record<string, string>>

interface From {
  readonly from: string
  /** After the numbers, so that it may use them. */
  readonly joined?: string
  readonly where?: string
}

const OF_TICKETS = 'b.ticket_id between ? and ?'

function insert(table: string, columns: Columns, from: From): string {
  const { from: source, joined = '', where = OF_TICKETS } = from
  return `insert into ${table} (${Object.keys(columns).join(', ')})
    select ${Object.values(columns).join(', ')}
    from ${source} cross join ${SCRATCH.numbers} n ${joined} where ${where}`
}

const attachment = (commentId: string): Columns => ({
  id: commentId,
  comment_id: commentId,
  content_type: `'application/pdf'`,
  size: 's.size',
  sha256: 's.sha256',
  inline: 'false',
  created_at: 'b.created_at + n.k',
})

/** Expressions over a row and the number of the copy. */
class Sql {
  readonly #isPg: boolean
  readonly #copies: Copies

  constructor(isPg: boolean, copies: Copies) {
    this.#isPg = isPg
    this.#copies = copies
  }

  own(id: string): string {
    return `((${id} - 1) * ${this.#copies.times} + n.k + 1)`
  }

  user(id: string): string {
    const { agents, times } = this.#copies
    const customer = `${agents} + (${id} - ${agents} - 1) * ${times} + n.k + 1`
    return `(case when ${id} <= ${agents} then ${id} else ${customer} end)`
  }

  email(email: string, id: string): string {
    return `replace(${email}, '.' || ${id} || '@', '.' || ${this.user(id)} || '@')`
  }

  ticket(): Columns {
    const instants = ['created_at', 'updated_at', 'closed_at', 'waiting_since', 'first_answered_at']
    return {
      id: this.own('b.id'),
      requester_id: this.user('b.requester_id'),
      ...Object.fromEntries(instants.map((name) => [name, `b.${name} + n.k`])),
    }
  }

  /** Every comment came as mail, an agent's as well, in the order of their ids. */
  inbound(): Columns {
    const id = this.own('b.id')
    const isFirst = 'b.id = b.first_id'
    return {
      id,
      inbox_id: '1',
      folder: `'INBOX'`,
      uidvalidity: '1',
      uid: id,
      sha256: 's.sha256',
      size: 's.size',
      message_id: `${this.#random(32)} || '@example.org'`,
      body_hash: this.#random(64),
      internal_at: 'b.created_at + n.k',
      received_at: 'b.created_at + n.k',
      fate: `case when ${isFirst} then 'ticket' else 'comment' end`,
      verdict: `'person'`,
      reasons: `'["nothing says that a machine wrote it"]'`,
      evidence: `case when ${isFirst} then '{"decision":"open_ticket","threading":[],"problems":[]}'
        else '{"decision":"add_comment","threading":[],"problems":[]}' end`,
      sender: this.email('b.author_email', 'b.author_id'),
      ticket_id: this.own('b.ticket_id'),
      comment_id: id,
      attempts: '1',
      marked: `'none'`,
    }
  }

  /** To who asked: that it arrived, and what was answered; to who looks after it: what was asked. */
  outbox(): string[] {
    const id = this.own('b.id')
    const requester = { id: 'b.requester_id', email: 'b.requester_email' }
    const assignee = { id: 'b.assignee_id', email: 'b.assignee_email' }
    const from = 'bench_comments b'
    return [
      insert('outbox', this.#mail(`${id} * 2 - 1`, 'acknowledgement', requester), {
        from,
        where: `b.id = b.first_id and ${OF_TICKETS}`,
      }),
      insert('outbox', this.#mail(`${id} * 2`, 'reply', requester), {
        from,
        where: `b.author_type = 'agent' and b.visibility = 'public' and ${OF_TICKETS}`,
      }),
      insert('outbox', this.#mail(`${id} * 2`, 'agent_notice', assignee), {
        from,
        where: `b.author_type = 'customer' and b.assignee_id is not null and ${OF_TICKETS}`,
      }),
      `insert into outbox_sources (outbox_id, mail_from, source)
        select o.id, 'support@acme.test', ${this.#bytes()} from outbox o
        where o.ticket_id between (? - 1) * ${this.#copies.times} + 1 and ? * ${this.#copies.times}`,
    ]
  }

  #mail(id: string, kind: string, to: { id: string; email: string }): Columns {
    const at = this.#isPg ? `position('@' in ${to.email})` : `instr(${to.email}, '@')`
    return {
      id,
      inbox_id: '1',
      ticket_id: this.own('b.ticket_id'),
      comment_id: kind === 'acknowledgement' ? 'null' : this.own('b.id'),
      user_id: this.user(to.id),
      kind: `'${kind}'`,
      automatic: kind === 'reply' ? 'false' : 'true',
      message_id: `${this.#random(40)} || '@acme.test'`,
      rcpt_to: this.email(to.email, to.id),
      rcpt_domain: `substr(${to.email}, ${at} + 1)`,
      outcome: `'sent'`,
      attempts: '1',
      detail: `'250 2.0.0 Queued'`,
      verified: 'true',
      created_at: 'b.created_at + n.k',
      sent_at: 'b.created_at + n.k + 900',
    }
  }

  words(): string {
    const [id, ...parts] = this.#isPg
      ? ['id', 'shared', 'everything']
      : ['rowid', 'shared', 'internal']
    const marked = (part: string): string =>
      `replace(replace(b.${part}, '${TICKET_MARK}', cast(${this.own('b.id')} as text)),
        '${USER_MARK}', cast(${this.user('t.requester_id')} as text))${this.#isPg ? '::tsvector' : ''}`
    return insert(
      'ticket_words',
      Object.fromEntries([[id, this.own('b.id')], ...parts.map((part) => [part, marked(part)])]),
      {
        from: `${SCRATCH.words} b join bench_tickets t on t.id = b.id`,
        where: 'b.id between ? and ?',
      },
    )
  }

  /** So many letters and digits, different for each row: as identifiers and hashes are. */
  #random(length: number): string {
    if (!this.#isPg) return `lower(hex(randomblob(${length / 2})))`
    return `substr(md5(random()::text) || md5(random()::text), 1, ${length})`
  }

  #bytes(): string {
    const text = `'Subject: seeded${'.'.repeat(400)}'`
    return this.#isPg ? `convert_to(${text}, 'UTF8')` : `cast(${text} as blob)`
  }
}
