/** Makes a directory and what is missing above it, step by step. */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

/** Owner only: everything we keep is people's mail. */
const MODE = 0o700

/**
 * Throws the first refusal as it is. (Node's own recursive mkdir never returns in places such as
 * /proc, where a parent exists and nothing can be made in it.)
 */
export function makeDirectory(directory: string): void {
  if (existsSync(directory)) return
  makeDirectory(path.dirname(directory))
  mkdirSync(directory, { mode: MODE })
}
