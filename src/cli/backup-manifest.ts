/** What a backup consists of: `manifest.json`, written last. What it does not name is not part of it. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { EXIT, messageOf, OperatorError } from '../errors.ts'
import { recordFrom } from '../store/json.ts'
import type { Queryable } from '../store/open.ts'

export const MANIFEST = 'manifest.json'
export const BLOBS = 'blobs'
const FORMAT = 1

export interface Manifest {
  readonly format: typeof FORMAT
  /** Of the program that made it. */
  readonly version: string
  readonly created_at: string
  readonly database: { readonly file: string; readonly bytes: number; readonly sha256: string }
  /** Stored sources and attachments that are files. */
  readonly blobs: { readonly count: number }
  /** Rows of tables. */
  readonly counts: Readonly<Record<string, number>>
}

const COUNTED = ['tickets', 'comments', 'inbound_messages', 'outbox', 'users', 'events'] as const

export async function countRows(db: Queryable): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of COUNTED) {
    const row = await db(table).count({ count: '*' }).first<{ count: number }>()
    counts[table] = Number(row?.count ?? 0)
  }
  return counts
}

/** Replaces the one that is there, all or nothing. */
export async function writeManifest(
  directory: string,
  manifest: Omit<Manifest, 'format'>,
): Promise<void> {
  const temporary = path.join(directory, `${MANIFEST}.new`)
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify({ format: FORMAT, ...manifest }, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path.join(directory, MANIFEST))
  await syncDirectory(directory)
}

/** Throws an OperatorError when there is none that this version understands. */
export async function readManifest(directory: string): Promise<Manifest> {
  const file = path.join(directory, MANIFEST)
  let read: Record<string, unknown>
  try {
    read = recordFrom(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new OperatorError(
      EXIT.unavailable,
      `${directory} is no complete backup: ${messageOf(cause)}. Name the directory that "postroom backup" wrote.`,
      { cause },
    )
  }
  const { format, database, counts } = read as Partial<Manifest>
  const name = database?.file
  const isOurs = format === FORMAT && counts !== undefined && typeof name === 'string'
  if (isOurs && name === path.basename(name)) return read as unknown as Manifest
  throw new OperatorError(EXIT.unavailable, `${file} is not of a kind this version understands.`)
}

export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Of a file's content, without holding it in memory. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}
