/** A file with other text: all of it or none, and whoever could read it still can. */
import { chmodSync, chownSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs'

/** Until it is as open as the old one was. */
const OWN = 0o600
const PERMISSIONS = 0o777

/**
 * A link stays, and what it leads to is replaced. Mode and owner stay, too; the owner only where we
 * are root, for nobody else may give files away.
 *
 * @throws Error of the file system; then the old file is as it was.
 */
export function replaceFile(file: string, text: string): void {
  const target = realpathSync(file)
  const { mode, uid, gid } = statSync(target)
  const temporary = `${target}.${process.pid}.new`
  writeFileSync(temporary, text, { mode: OWN, flush: true })
  const written = statSync(temporary)
  const isOthers = written.uid !== uid || written.gid !== gid
  if (process.getuid?.() === 0 && isOthers) chownSync(temporary, uid, gid)
  // After it changed hands, which takes some bits away.
  chmodSync(temporary, mode & PERMISSIONS)
  renameSync(temporary, target)
}
