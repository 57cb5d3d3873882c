/** A disk of a few KB in memory, which a namespace of our own lets anybody mount, for one command. */
import { execFileSync, spawnSync } from 'node:child_process'

/** Some systems forbid it. */
export const canMount = ((): boolean => {
  try {
    execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

export interface RanOnSmallDisk {
  readonly code: number | null
  readonly stderr: string
  /** Names that are in the directory when the command has ended. */
  readonly left: readonly string[]
}

/** Runs a command while `directory`, which is there and empty, is a disk of this size ("100k"). */
export function runOnSmallDisk(
  { directory, size }: { directory: string; size: string },
  command: readonly string[],
): RanOnSmallDisk {
  const script =
    'mount -t tmpfs -o size="$2" none "$1" && directory=$1 && shift 2 && "$@" >&2; code=$?; ls -A "$directory"; exit $code'
  const words = ['-rm', 'sh', '-c', script, 'sh', directory, size, ...command]
  const { status, stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8' })
  return { code: status, stderr, left: stdout.split('\n').filter((name) => name !== '') }
}
