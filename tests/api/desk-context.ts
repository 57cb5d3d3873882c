/** A desk for tests of the API: an open store, one inbox, and everything the desk verbs need. */
import { join } from 'node:path'
import { type Config, configFrom } from '../../src/config.ts'
import type { DeskContext } from '../../src/desk/context.ts'
import { randomSecret } from '../../src/ids.ts'
import { loadLifecycle } from '../../src/lifecycles.ts'
import { loadTemplates } from '../../src/outbound/templates.ts'
import { OtherDesks } from '../../src/other-desks.ts'
import { packageRoot } from '../../src/package-root.ts'
import { tokensOf } from '../../src/reply-token.ts'
import { FileBlobs } from '../../src/store/file-blobs.ts'
import { ensureInbox } from '../../src/store/inboxes.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import type { Inbox } from '../../src/ticket/inbox.ts'
import type { TestDatabase } from '../kit/databases.ts'

export interface TestDesk {
  readonly config: Config
  readonly store: Store
  readonly context: DeskContext
  readonly inboxes: readonly Inbox[]
}

/** Nothing here is ever connected to. */
const SERVER = { host: '127.0.0.1', port: 1, tls: 'none', user: 'support', password: 'secret' }

/** `settings`: what differs from a configuration with the one inbox Support. */
export function testConfig(database: TestDatabase, settings: object = {}): Config {
  return configFrom(
    {
      listen: '127.0.0.1:0',
      data_dir: database.dataDir,
      database: database.url,
      inboxes: [{ name: 'Support', address: 'support@desk.test', imap: SERVER, smtp: SERVER }],
      ...settings,
    },
    { env: {}, baseDir: database.dataDir },
  )
}

/** For `eachDatabase(..., { prepare })`: the schema, made once for all copies. */
export async function migrated(database: TestDatabase): Promise<void> {
  const store = await openStore(testConfig(database).database)
  await migrate(store, new Date())
  await store.close()
}

export async function openDesk(database: TestDatabase, settings: object = {}): Promise<TestDesk> {
  const config = testConfig(database, settings)
  const store = await openStore(config.database)
  const inboxes = await store.transaction(async (tx) => {
    const made: Inbox[] = []
    for (const inbox of config.inboxes) {
      made.push({
        ...inbox,
        id: await ensureInbox(
          tx,
          { name: inbox.name, address: inbox.address },
          [inbox.name],
          new Date(),
        ),
      })
    }
    return made
  })
  const context: DeskContext = {
    store,
    inboxes,
    lifecycle: loadLifecycle(config.lifecycle),
    blobs: new FileBlobs(join(database.dataDir, 'blobs')),
    templates: loadTemplates(join(packageRoot, 'templates')),
    tokens: tokensOf([{ id: 1, value: randomSecret(32) }]),
    loopMarker: 'test-desk',
    otherDesks: new OtherDesks(),
    publicUrl: config.publicUrl,
    linksForCustomers: true,
    categories: config.categories,
    acknowledgement: config.acknowledgement,
    agentNotices: config.agentNotices,
    replyHoldMs: config.replyHoldMs,
  }
  return { config, store, context, inboxes }
}
