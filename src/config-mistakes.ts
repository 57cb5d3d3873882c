/**
 * What is left of a configuration with mistakes. What is wrong is left out, or something sound stands in
 * for it, so that the rules that span several keys can be asked about the rest: all mistakes at once.
 */
import type { z } from 'zod'
import { type KeyPath, pathOf, placesOf } from './config-problems.ts'
import { ConfigFile, type ConfigTree, knownKeys } from './config-schema.ts'

export interface Rest {
  readonly tree: ConfigTree
  /** Where something is wrong. */
  readonly mistaken: readonly KeyPath[]
}

type Issue = z.core.$ZodIssue
type Container = Record<string | number, unknown>

/** A key that is left out may be one that must be there; then what it is in goes, too. */
const ROUNDS_MAX = 8

/** Null: nothing can be told of the rest. */
export function withoutMistakes(merged: unknown, error: z.ZodError): Rest | null {
  const tree = structuredClone(merged)
  const mistaken: KeyPath[] = []
  let { issues } = error
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    // From the last on: what is left out of a list moves those behind it.
    for (const issue of issues.toReversed()) {
      mistaken.push(...placesOf(issue, knownKeys))
      for (const place of wrongIn(issue)) leaveOut(tree, place)
    }
    const parsed = ConfigFile.safeParse(tree)
    if (parsed.success) return { tree: parsed.data, mistaken }
    issues = parsed.error.issues
  }
  return null
}

/** What is to be left out. */
const wrongIn = (issue: Issue): KeyPath[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => [...pathOf(issue), key])
    : [pathOf(issue)]

function leaveOut(tree: unknown, path: KeyPath): void {
  const [within, key] = [path.slice(0, -1), path.at(-1)]
  const container = within.reduce<unknown>((inner, part) => (inner as Container)?.[part], tree)
  if (key === undefined || typeof container !== 'object' || container === null) return
  const standIn = standInFor(path)
  if (standIn !== undefined) (container as Container)[key] = standIn
  else if (Array.isArray(container)) container.splice(Number(key), 1)
  else if (key in container) delete (container as Container)[key]
  else leaveOut(tree, within)
}

/** For what an inbox must have, so that its other keys, and the numbers of the others, stay. */
function standInFor(path: KeyPath): unknown {
  const [first, index, ...rest] = path
  if (first !== 'inboxes' || index === undefined) return undefined
  const server = { host: 'localhost', tls: 'none', user: '-', password: '-' }
  const [name, address] = [`(inbox ${index})`, `inbox-${index}@mistaken.invalid`]
  const standIns: Readonly<Record<string, unknown>> = {
    '': { name, address, imap: server, smtp: server },
    name,
    address,
    imap: server,
    smtp: server,
    'imap.host': server.host,
    'smtp.host': server.host,
  }
  return standIns[rest.join('.')]
}
