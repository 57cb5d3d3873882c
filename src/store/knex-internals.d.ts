/** The knex classes we extend; knex ships no types for them. */
declare module 'knex/lib/dialects/sqlite3/index.js' {
  export default class Client {
    constructor(config: unknown)
    transaction(...args: unknown[]): unknown
    _query(connection: unknown, query: unknown): Promise<unknown>
    destroyRawConnection(connection: unknown): Promise<unknown>
  }
}

declare module 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js' {
  export default class Transaction {
    constructor(client: unknown, ...args: unknown[])
    begin(connection: unknown): Promise<unknown>
    query(connection: unknown, sql: string): Promise<unknown>
  }
}

declare module 'knex/lib/dialects/postgres/index.js' {
  export default class Client {
    constructor(config: unknown)
    _query(connection: object, query: unknown): Promise<unknown>
  }
}
