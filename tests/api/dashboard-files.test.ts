import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { DashboardFiles } from '../../src/api/dashboard-files.ts'
import { scratchDirectories } from '../kit/scratch.ts'

describe('the files of the dashboard', () => {
  const scratch = scratchDirectories('dashboard')

  function built(): DashboardFiles {
    const directory = scratch.make()
    mkdirSync(join(directory, 'assets'))
    writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Desk</title>')
    writeFileSync(join(directory, 'assets', 'app-1a2b.js'), 'run()')
    writeFileSync(join(directory, 'assets', 'app-1a2b.js.gz'), gzipSync('run()'))
    return new DashboardFiles(directory)
  }

  test.each(['/', '/tickets', '/tickets/42', '/admin/users', '/sign-in', '/reset', '/me'])(
    '%s is the page, asked for again each time, under a strict policy',
    (path) => {
      const answer = built().answer(path, {})
      expect(answer?.status).toBe(200)
      expect(answer?.body?.toString()).toContain('Desk')
      expect(answer?.headers).toMatchObject({
        'Cache-Control': 'no-cache',
        'Content-Type': 'text/html; charset=utf-8',
        'Cross-Origin-Opener-Policy': 'same-origin',
      })
      const policy = answer?.headers['Content-Security-Policy'] ?? ''
      for (const rule of [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ]) {
        expect(policy.split('; ')).toContain(rule)
      }
      expect(policy).not.toMatch(/unsafe|\*|https?:/)
    },
  )

  test('hashed files may be kept for ever, and are sent compressed to who takes that', () => {
    const files = built()
    const plain = files.answer('/assets/app-1a2b.js', {})
    expect(plain?.headers['Cache-Control']).toBe('public, max-age=31536000, immutable')
    expect(plain?.headers['Content-Encoding']).toBeUndefined()
    const zipped = files.answer('/assets/app-1a2b.js', { 'accept-encoding': 'gzip, br' })
    expect(zipped?.headers).toMatchObject({ 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' })
    const refused = files.answer('/assets/app-1a2b.js', { 'accept-encoding': 'gzip;q=0' })
    expect(refused?.body?.toString()).toBe('run()')
  })

  test('who has the page already is not sent it again', () => {
    const files = built()
    const etag = files.answer('/', {})?.headers['ETag'] ?? ''
    expect(files.answer('/', { 'if-none-match': `W/${etag}` })).toMatchObject({
      status: 304,
      body: null,
    })
    expect(files.answer('/', { 'if-none-match': '"other"' })?.status).toBe(200)
  })

  test.each([
    '/../package.json',
    '/assets/../../package.json',
    '/%2e%2e/package.json',
    '/assets/app-1a2b.js.gz',
    '/assets/',
    '/index.html/',
    '/admin/../x',
    '/api/v1/nothing',
    '/nothing',
  ])('%s is not there', (path) => {
    expect(built().answer(path, {})).toBeNull()
  })

  test('a browser that follows an old link is shown the page with 404; the API stays the API', () => {
    const files = built()
    const accept = 'text/html,application/xhtml+xml'
    expect(files.answer('/nothing', { accept })).toMatchObject({ status: 404 })
    expect(files.answer('/api/v1/nothing', { accept })).toBeNull()
  })

  test('without a build there is a page that says what to do', () => {
    const files = new DashboardFiles(join(scratch.make(), 'missing'))
    expect(files.answer('/', {})?.body?.toString()).toContain('npm run build')
    expect(files.answer('/assets/app-1a2b.js', {})).toBeNull()
  })
})
