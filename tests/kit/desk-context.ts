/**
 * A desk on a fresh database: the same workplace the daemon and the commands open, with one inbox
 * named Support, and the cast: Ana (customer), Bruno (agent), Carla (admin).
 *
 *   eachDatabase('the desk', (fresh) => { const desk = await openDesk(await fresh()) }, onDesk)
 */
import { type Config, configFrom } from '../../src/config.ts'
import { addUser } from '../../src/desk/manage-users.ts'
import { type Address, parseAddress } from '../../src/mail/address.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openStore } from '../../src/store/open.ts'
import type { Tx } from '../../src/store/open.ts'
import type { Role, User } from '../../src/ticket/user.ts'
import { openWorkplace, type Workplace } from '../../src/workplace.ts'
import type { DatabaseOptions, TestDatabase } from './databases.ts'

export const SUPPORT = 'support@acme.test'
export const ANA = 'ana@customer.test'
export const BRUNO = 'bruno@acme.test'
export const CARLA = 'carla@acme.test'
export const MALLORY = 'mallory@stranger.test'

export type ConfigTree = Readonly<Record<string, unknown>>

/** The configuration of a desk; `inbox` is laid over its one inbox, `tree` over the rest. */
export function deskConfig(
  database: TestDatabase,
  { inbox = {}, ...tree }: ConfigTree & { inbox?: ConfigTree } = {},
): Config {
  const server = { host: '127.0.0.1', port: 1, tls: 'none', user: SUPPORT, password: 'secret' }
  const { imap = {}, smtp = {}, ...others } = inbox as { imap?: object; smtp?: object }
  return configFrom(
    {
      data_dir: database.dataDir,
      database: database.url,
      inboxes: [
        {
          name: 'Support',
          address: SUPPORT,
          imap: { ...server, ...imap },
          smtp: { ...server, ...smtp },
          ...others,
        },
      ],
      ...tree,
    },
    { env: {}, baseDir: database.dataDir },
  )
}

/** For eachDatabase(): the migrations run once, every fresh() is a copy of the result. */
export const onDesk: DatabaseOptions = {
  async prepare(database) {
    const store = await openStore(deskConfig(database).database)
    await migrate(store, new Date())
    await store.close()
  },
}

export interface Desk extends Workplace {
  /** One transaction. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** An active user of this role. */
  addUser(email: string, role: Role, name?: string | null): Promise<User>
}

export async function openDesk(
  database: TestDatabase,
  tree: ConfigTree & { inbox?: ConfigTree } = {},
): Promise<Desk> {
  const workplace = await openWorkplace(deskConfig(database, tree))
  const { store } = workplace
  return {
    ...workplace,
    write: (work) => store.transaction(work),
    async addUser(email, role, name = null) {
      const input = { email: anAddress(email), role, name }
      return (await store.transaction((tx) => addUser(tx, input, new Date()))).user
    },
  }
}

/** An address a test wrote down; throws when it is none. */
export function anAddress(text: string): Address {
  const address = parseAddress(text)
  if (address === null) throw new Error(`${text} is no address`)
  return address
}
