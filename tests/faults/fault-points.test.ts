import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FAULT_POINTS } from '../../src/fault-points.ts'
import { ROOT, sourceFiles } from '../kit/source-tree.ts'

const SRC = sourceFiles('src')

test('every fault point is passed in one place, and every place has its name in the list', () => {
  const passed = SRC.flatMap(({ text }) => [...text.matchAll(/\bpassing\('([^']+)'\)/g)])
  expect(passed.map(([, name]) => name).toSorted()).toEqual([...FAULT_POINTS].toSorted())
})

test('nothing in the program can arm one', () => {
  const found = SRC.flatMap(({ path, imports, text }) =>
    imports
      .filter(({ from }) => from === 'node:diagnostics_channel')
      .map(() => ({ path, subscribes: /\bsubscribe\w*\(/.test(text) })),
  )
  expect(found).toEqual([{ path: 'src/fault-points.ts', subscribes: false }])
})

test('what arms them is in no package', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect(manifest).toMatchObject({ files: expect.not.arrayContaining(['tests']) })
})
