/** Which database answers: asked only where the two say the same in different words. */
import type { Queryable } from './open.ts'

export const isPostgres = (db: Queryable): boolean =>
  (db.client as { dialect: string }).dialect === 'postgresql'
