/**
 * Mail waits well on its server: while the database's disk is nearly full nothing is taken, so that
 * what is there can still be answered, changed and tidied up.
 */
import type { DiskSpace } from '../store/disk-space.ts'
import type { Store } from '../store/open.ts'
import { NotStored } from './fetch-failure.ts'

/** Both, as where the alert begins: a small disk may be half full with less. */
const KEPT_BYTES = 500 * 1024 ** 2
const KEPT_PART = 0.05

const isKept = ({ freeBytes, totalBytes }: DiskSpace): boolean =>
  freeBytes < KEPT_BYTES && freeBytes < totalBytes * KEPT_PART

/** Would there be enough left when so much more is stored? */
export async function hasRoomFor(store: Pick<Store, 'diskSpace'>, bytes: number): Promise<boolean> {
  const space = await store.diskSpace()
  return space === null || !isKept({ ...space, freeBytes: space.freeBytes - bytes })
}

/** @throws NotStored */
export async function demandRoom(store: Pick<Store, 'diskSpace'>): Promise<void> {
  const space = await store.diskSpace()
  if (space === null || !isKept(space)) return
  const free = Math.floor(space.freeBytes / 1024 ** 2)
  throw new NotStored(
    `only ${free} MB are free on the disk of the database; mail is taken again when there is room`,
  )
}
