/** Answers that are given often, with places for what differs. */
import type { Queryable, Tx } from './open.ts'
import { fromMs, toMs } from './time.ts'

export interface CannedReply {
  readonly id: number
  readonly name: string
  /** A Liquid template. */
  readonly text: string
  readonly createdBy: number | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly version: number
}

interface CannedRow {
  id: number
  name: string
  text: string
  created_by: number | null
  created_at: number
  updated_at: number
  version: number
}

const toCanned = (row: CannedRow): CannedReply => ({
  id: row.id,
  name: row.name,
  text: row.text,
  createdBy: row.created_by,
  createdAt: fromMs(row.created_at),
  updatedAt: fromMs(row.updated_at),
  version: row.version,
})

/** In the order of their names. */
export async function listCanned(db: Queryable, limit: number): Promise<CannedReply[]> {
  const rows = await db<CannedRow>('canned_replies').orderBy('name').limit(limit).select()
  return rows.map(toCanned)
}

export async function findCanned(db: Queryable, id: number): Promise<CannedReply | null> {
  const row = await db<CannedRow>('canned_replies').where({ id }).first()
  return row === undefined ? null : toCanned(row)
}

export async function countCanned(db: Queryable): Promise<number> {
  const row = await db('canned_replies').count({ count: '*' }).first<{ count: number }>()
  return Number(row?.count ?? 0)
}

/** Null: there is one with this name. */
export async function insertCanned(
  tx: Tx,
  reply: { name: string; text: string; createdBy: number },
  at: Date,
): Promise<CannedReply | null> {
  const [row] = await tx<CannedRow>('canned_replies')
    .insert({
      name: reply.name,
      text: reply.text,
      created_by: reply.createdBy,
      created_at: toMs(at),
      updated_at: toMs(at),
    })
    .onConflict('name')
    .ignore()
    .returning('*')
  return row === undefined ? null : toCanned(row)
}

/** Compare-and-set on the version. False: somebody changed it meanwhile. */
export async function updateCanned(
  tx: Tx,
  reply: CannedReply,
  change: { name: string; text: string },
  at: Date,
): Promise<boolean> {
  const updated = await tx<CannedRow>('canned_replies')
    .where({ id: reply.id, version: reply.version })
    .update({ ...change, updated_at: toMs(at), version: reply.version + 1 })
  return updated === 1
}

export async function nameIsTaken(tx: Tx, name: string, exceptId: number): Promise<boolean> {
  const row = await tx<CannedRow>('canned_replies')
    .where({ name })
    .whereNot({ id: exceptId })
    .first()
  return row !== undefined
}

export async function deleteCanned(tx: Tx, id: number): Promise<boolean> {
  return (await tx<CannedRow>('canned_replies').where({ id }).del()) > 0
}
