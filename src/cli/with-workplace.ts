/** Opens the workplace for one command and closes it again; works beside a running daemon. */
import { existsSync } from 'node:fs'
import type { Config, InboxConfig } from '../config.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { type Address, parseAddress } from '../mail/address.ts'
import { explained } from '../store/explain-failure.ts'
import { openStored, openWorkplace, type Stored, type Workplace } from '../workplace.ts'

export const withWorkplace = async <T>(
  config: Config,
  work: (workplace: Workplace) => Promise<T>,
): Promise<T> => withOpened(await openWorkplace(config), work)

/** For a backup, which comes before the migration. */
export const withStored = async <T>(
  config: Config,
  work: (stored: Stored) => Promise<T>,
): Promise<T> => withOpened(await openStored(config), work)

/**
 * For what asks how a desk is: opening would make one, and an empty one is always well.
 *
 * @throws OperatorError exit 2: SQLite's file does not exist
 */
export function demandDesk({ database }: Config): void {
  if (database.kind === 'postgres' || existsSync(database.file)) return
  throw new OperatorError(
    EXIT.usage,
    `There is no desk: ${database.file} does not exist. Name the configuration of its daemon with --config.`,
  )
}

async function withOpened<Opened extends Stored, T>(
  opened: Opened,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  try {
    return await work(opened)
  } catch (err) {
    throw explained(opened.config.database, err)
  } finally {
    await opened.close()
  }
}

/** Inboxes with their ids: the one of this name, or all; exit 2 when there is none. */
export function wantedInboxes(
  { config, inboxes }: Workplace,
  name: string | null,
): { config: InboxConfig; id: number }[] {
  const all = config.inboxes.flatMap((inbox) => {
    const row = inboxes.find((one) => one.name === inbox.name)
    return row === undefined ? [] : [{ config: inbox, id: row.id }]
  })
  if (name === null) return all
  const wanted = all.filter((one) => one.config.name.toLowerCase() === name.toLowerCase())
  if (wanted.length > 0) return wanted
  const names = all.map((one) => one.config.name).join(', ')
  throw new OperatorError(
    EXIT.usage,
    `There is no inbox "${name}" in the configuration. There are: ${names || 'none'}.`,
  )
}

/** The address a person typed; exit 2 when it is none. */
export function addressArgument(text: string): Address {
  const address = parseAddress(text)
  if (address !== null) return address
  throw new OperatorError(EXIT.usage, `"${text}" is not an email address.`)
}
