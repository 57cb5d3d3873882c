/**
 * Where this package lives: templates, lifecycles and migrations are found from here, never from
 * the working directory. Works from src/ and from dist/.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const packageRoot: string = findRoot(import.meta.dirname)

/** The templates that come with the package. */
export const templatesDirectory: string = path.join(packageRoot, 'templates')

/** The version in package.json. */
export const packageVersion: string = readVersion()

function findRoot(from: string): string {
  if (existsSync(path.join(from, 'package.json'))) return from
  const parent = path.dirname(from)
  if (parent === from) throw new Error(`no package.json above ${import.meta.dirname}`)
  return findRoot(parent)
}

function readVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8'))
  const version =
    typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : null
  return typeof version === 'string' ? version : 'unknown'
}
