/** Every one of the numbered bad inputs (docs/testing.md) has a test. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { HEADERS } from './header-rows.ts'
import { COSTLY, STRUCTURE } from './mime-rows.ts'

const NUMBERS = Array.from({ length: 202 }, (_, index) => index + 1)
const TESTS = fileURLToPath(new URL('..', import.meta.url))
const ROWS = [...STRUCTURE, ...COSTLY, ...HEADERS]
/** As written: `bad input 7: ...`, `bad input 7, 8: ...`. */
const CLAIM = /['"`]bad input (\d{1,3}(?:, \d{1,3}){0,5}): ([^'"`]{1,200})/g

function claims(): { numbers: number[]; name: string }[] {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  const written = files
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('claims.test.ts'))
    .flatMap((file) => {
      const source = readFileSync(path.join(TESTS, file), 'utf8')
      return [...source.matchAll(CLAIM)].map(([, numbers = '', name = '']) => ({
        numbers: numbers.split(', ').map(Number),
        name: `${file}: ${name}`,
      }))
    })
  return [...written, ...ROWS.map(([number, name]) => ({ numbers: [number], name }))]
}

test('every bad input has a test', () => {
  const claimed = new Set(claims().flatMap(({ numbers }) => numbers))
  expect(NUMBERS.filter((number) => !claimed.has(number))).toEqual([])
  expect([...claimed].filter((number) => !NUMBERS.includes(number))).toEqual([])
})

test('no two tests about one of them have the same name', () => {
  const names = claims().flatMap(({ numbers, name }) =>
    numbers.map((number) => `${number} ${name}`),
  )
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})
