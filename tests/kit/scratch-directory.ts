/** Making and removing scratch directories, for code outside a test's life (see scratch.ts). */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new directory below the system's temp directory that other users may enter. */
export function makeScratch(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `postroom-${name}-`))
  chmodSync(path, 0o755)
  return path
}

export function removeScratch(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}
