/** How much room is left where a directory is. */
import { statfs } from 'node:fs/promises'

export interface DiskSpace {
  readonly freeBytes: number
  readonly totalBytes: number
}

/** Null: the system does not tell. */
export async function diskSpace(directory: string): Promise<DiskSpace | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory)
    return blocks === 0 ? null : { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    // Network and container file systems may refuse; a full disk shows in failed writes, too.
    return null
  }
}
