/**
 * Where the parser pools keep large sources and attachments: each pool has a folder of its own
 * below the shared directory, and takes away what pools before it left when they were killed.
 *
 * Several daemons, on several hosts, may share the directory: what another one may still be using
 * is left alone.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { randomId } from '../../ids.ts'

/** A message takes seconds; what was not touched for so long belongs to nobody. */
const AGE_MAX_MS = 24 * 3_600_000
/** `parse-<host>-<pid>-<random>`; a process id alone comes again. */
const FOLDER = /^parse-(?:([a-z0-9]{0,40})-(\d{1,10})-)?/

/** The path of a new pool's folder. It is made when something is written below it. */
export function newPoolFolder(scratchDir: string): string {
  return join(scratchDir, `parse-${hostLabel()}-${process.pid}-${randomId(10)}`)
}

/** Removes the folders of pools that are gone. Never rejects: nobody waits for this. */
export async function removeLeftovers(scratchDir: string, now: number): Promise<void> {
  const names = await readdir(scratchDir).catch(() => []) // no directory, no leftovers
  for (const name of names.filter((candidate) => FOLDER.test(candidate))) {
    const folder = join(scratchDir, name)
    const touched = await stat(folder).catch(() => null) // another daemon was faster
    if (touched !== null && isLeftover(name, touched.mtimeMs, now)) await removeFolder(folder)
  }
}

/**
 * Removes one folder. A process that was just killed may still write into it: what stays behind
 * is a leftover.
 */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {})
}

function isLeftover(name: string, touchedAt: number, now: number): boolean {
  if (now - touchedAt > AGE_MAX_MS) return true
  const [, host, pid] = FOLDER.exec(name) ?? []
  // Processes of other hosts and containers cannot be seen from here.
  if (host !== hostLabel() || pid === undefined) return false
  if (Number(pid) === process.pid) return touchedAt < now - process.uptime() * 1000
  return !isRunning(Number(pid))
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It runs as somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const hostLabel = (): string =>
  hostname()
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 40)
