/**
 * What the daemon and the commands share: the opened, migrated database and everything the desk
 * verbs need. Built in one place, so that a command sees exactly what the daemon sees.
 */
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import type { Config } from './config.ts'
import { isLoopback } from './config-values.ts'
import type { DecideContext } from './inbound/decide.ts'
import { EXIT, messageOf, OperatorError } from './errors.ts'
import { base32, randomSecret } from './ids.ts'
import { loadLifecycle } from './lifecycles.ts'
import { makeDirectory } from './make-directory.ts'
import { OtherDesks } from './other-desks.ts'
import type { TemplateMistake } from './outbound/template-engine.ts'
import { loadTemplates, type Templates } from './outbound/templates.ts'
import { templatesDirectory } from './package-root.ts'
import { tokensOf } from './reply-token.ts'
import type { Blobs } from './store/blobs.ts'
import { DatabaseBlobs } from './store/database-blobs.ts'
import { explained } from './store/explain-failure.ts'
import { FileBlobs } from './store/file-blobs.ts'
import { MixedBlobs } from './store/mixed-blobs.ts'
import { ensureInbox } from './store/inboxes.ts'
import { migrate, migrationStatus, schemaVersion } from './store/migrate.ts'
import { openStore, type Store } from './store/open.ts'
import { ensureSecrets } from './store/secrets.ts'
import type { Inbox } from './ticket/inbox.ts'

export interface Workplace {
  readonly config: Config
  readonly store: Store
  readonly context: DecideContext
  readonly inboxes: readonly Inbox[]
  close(): Promise<void>
}

/** What a backup is made of. */
export interface Stored {
  readonly config: Config
  readonly store: Store
  readonly context: { readonly blobs: Blobs }
  close(): Promise<void>
}

/** 256 bits: the key of HMAC-SHA256. */
const TOKEN_KEY_BYTES = 32
const LOOP_MARKER_BYTES = 10

/** Opens everything; throws an OperatorError that says what is wrong and how to mend it. */
export async function openWorkplace(
  config: Config,
  templateFailed?: (mistake: TemplateMistake) => void,
): Promise<Workplace> {
  const lifecycle = loadLifecycle(config.lifecycle)
  const templates = templatesOf(config, templateFailed)
  makeDataDir(config.dataDir)
  const store = await openStore(config.database)
  try {
    await upToDate(config, store)
    const at = new Date()
    const inboxes = await inboxesOf(config, store, at)
    const keys = await ensureSecrets(store, 'reply token', () => randomSecret(TOKEN_KEY_BYTES), at)
    const [marker] = await ensureSecrets(
      store,
      'loop marker',
      () => randomSecret(LOOP_MARKER_BYTES),
      at,
    )
    const context: DecideContext = {
      store,
      lifecycle,
      templates,
      blobs: blobsOf(config, store),
      tokens: tokensOf(keys),
      loopMarker: base32(marker?.value ?? Buffer.alloc(0)),
      publicUrl: config.publicUrl,
      linksForCustomers: linksLeadHere(config),
      categories: config.categories,
      inboxes,
      acknowledgement: config.acknowledgement,
      agentNotices: config.agentNotices,
      replyHoldMs: config.replyHoldMs,
      flood: config.flood,
      severalInboxes: config.severalInboxes,
      thanks: config.thanks,
      otherDesks: new OtherDesks(),
    }
    return { config, store, context, inboxes, close: () => store.close() }
  } catch (err) {
    await store.close()
    throw explained(config.database, err)
  }
}

/** Database and stored files, of an older schema too where it is not ours to migrate: a backup comes first. */
export async function openStored(config: Config): Promise<Stored> {
  const store = await openStore(config.database)
  try {
    const isOlder = config.migrate === 'manual' && (await schemaVersion(store)) > 0
    if (!isOlder) await upToDate(config, store)
    return { config, store, context: { blobs: blobsOf(config, store) }, close: () => store.close() }
  } catch (err) {
    await store.close()
    throw explained(config.database, err)
  }
}

/** A desk that is tried out on one machine may name itself; nobody else finds loopback. */
export const linksLeadHere = ({ publicUrl, inboxes }: Config): boolean =>
  !isLoopback(new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')) ||
  inboxes.every(({ smtp }) => isLoopback(smtp.host))

/** Ours, and those of inboxes that have their own. */
export function templatesOf(
  { inboxes }: Config,
  failed?: (mistake: TemplateMistake) => void,
): Templates {
  const own = inboxes.flatMap(({ name, templates }): [string, string][] =>
    templates === null ? [] : [[name, templates]],
  )
  return loadTemplates(templatesDirectory, new Map(own), failed)
}

function makeDataDir(dataDir: string): void {
  try {
    makeDirectory(dataDir)
    accessSync(dataDir, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new OperatorError(
      EXIT.config,
      `The data directory ${dataDir} cannot be written: ${messageOf(cause)}. Make it and give it to this user, or set data_dir to another one.`,
      { cause },
    )
  }
}

async function upToDate(config: Config, store: Store): Promise<void> {
  if (config.migrate === 'auto') {
    await migrate(store, new Date())
    return
  }
  const pending = (await migrationStatus(store)).filter(({ appliedAt }) => appliedAt === null)
  if (pending.length > 0) {
    throw new OperatorError(
      EXIT.config,
      `The database needs ${pending.length} migration(s) and "migrate" is manual. Make a backup, then run: postroom migrate up`,
    )
  }
}

/** A directory where one is named; else the database, with large ones as files beside SQLite. */
function blobsOf(config: Config, store: Store): Blobs {
  if (config.blobs !== null) return new FileBlobs(config.blobs)
  const inDatabase = new DatabaseBlobs(store)
  if (store.kind === 'postgres') return inDatabase
  const large = new FileBlobs(path.join(config.dataDir, 'blobs'))
  return new MixedBlobs({ small: inDatabase, large })
}

async function inboxesOf(config: Config, store: Store, at: Date): Promise<Inbox[]> {
  const inboxes: Inbox[] = []
  const names = config.inboxes.map(({ name }) => name)
  for (const inbox of config.inboxes) {
    const { name, address } = inbox
    const id = await store.transaction((tx) => ensureInbox(tx, { name, address }, names, at))
    inboxes.push({
      id,
      name,
      address,
      aliases: inbox.aliases,
      plusAddressing: inbox.plusAddressing,
      authservId: inbox.authservId,
      agentTrust: inbox.agentTrust,
      ccJoin: inbox.ccJoin,
      reopenWindowMs: inbox.reopenWindowMs,
      locale: inbox.locale,
      timeZone: inbox.timeZone,
    })
  }
  return inboxes
}
