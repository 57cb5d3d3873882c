/** The example is where people look keys up: every key stands in it, and a default is the one it says. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { dotted, type KeyPath } from '../../src/config-problems.ts'
import { ConfigFile, knownKeys } from '../../src/config-schema.ts'
import { ROOT } from '../kit/source-tree.ts'

const text = readFileSync(path.join(ROOT, 'config/postroom.example.yaml'), 'utf8')
/** With every key that is commented out. */
const whole: unknown = parse(text.replace(/^( *)# ( *[a-z_]+:)/gm, '$1$2'))

/** Every key of the schema, lists by their first element. */
function everyKey(at: KeyPath = []): KeyPath[] {
  const within = [at, [...at, 0]].find((place) => knownKeys(place).length > 0)
  if (within === undefined) return []
  return knownKeys(within).flatMap((key) => [[...within, key], ...everyKey([...within, key])])
}

/** In any element of a list. */
function stands(tree: unknown, [first, ...rest]: KeyPath): boolean {
  if (first === undefined) return tree !== undefined
  if (Array.isArray(tree)) return tree.some((one) => stands(one, rest))
  const inner = tree as Record<string, unknown> | null | undefined
  return typeof inner === 'object' && inner !== null && stands(inner[first], rest)
}

test('every key is in the example', () => {
  const keys = everyKey()
  expect(keys.length).toBeGreaterThan(80)
  expect(keys.filter((key) => !stands(whole, key)).map(dotted)).toEqual([])
})

test('what is commented out is right, and the default where there is one', () => {
  expect(ConfigFile.parse(whole)).toMatchObject(ConfigFile.parse(parse(text)))
})
