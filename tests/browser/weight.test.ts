import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { builtDashboard } from '../kit/built-dashboard.ts'

const FIRST_PAGE_MAX = 100_000

test('the first page weighs less than 100 kB over the wire, all of the dashboard not much more', () => {
  const directory = builtDashboard()
  const index = readFileSync(join(directory, 'index.html'), 'utf8')
  const named = [...index.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, name]) => name ?? '')
  const scripts = named.filter((name) => /\.(?:js|css|svg)$/.test(name))
  expect(scripts.some((name) => name.endsWith('.js'))).toBe(true)
  const zipped = (name: string): number => statSync(join(directory, `${name}.gz`)).size
  const first = ['index.html', ...scripts].reduce((sum, name) => sum + zipped(name), 0)
  expect(first).toBeLessThan(FIRST_PAGE_MAX)
  const all = readdirSync(join(directory, 'assets')).filter((name) => name.endsWith('.gz'))
  const whole = all.reduce((sum, name) => sum + statSync(join(directory, 'assets', name)).size, 0)
  expect(whole).toBeLessThan(1.5 * FIRST_PAGE_MAX)
})

test('nothing in the built files is fetched from elsewhere, and no script stands in the page', () => {
  const directory = builtDashboard()
  const index = readFileSync(join(directory, 'index.html'), 'utf8')
  expect(index).not.toMatch(/<script(?![^>]*\bsrc=)/)
  expect(index).not.toMatch(/\son\w+=|style=/)
  expect(index).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
})
