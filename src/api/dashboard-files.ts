/**
 * The dashboard's built files, served from memory: a fixed list, so that no path can lead out of
 * it. Read once at the start; the build beside it has compressed them already.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { IncomingHttpHeaders } from 'node:http'
import { packageRoot } from '../package-root.ts'

/** Where `npm run build` puts them. */
export const BUILT_DASHBOARD: string = path.join(packageRoot, 'dist', 'dashboard')

/** What one answers a request for a file of the dashboard with. */
export interface FileAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Null with 304. */
  readonly body: Buffer | null
}

interface BuiltFile {
  readonly type: string
  readonly etag: string
  readonly immutable: boolean
  /** By content coding; `identity` is always there. */
  readonly encodings: ReadonlyMap<string, Buffer>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
}

/** Nothing from elsewhere, no inline script, no HTML out of strings (Trusted Types). */
const POLICY = [
  `default-src 'self'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' data:`,
  `frame-src 'self' blob:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `object-src 'none'`,
  `frame-ancestors 'none'`,
  `form-action 'self'`,
  `require-trusted-types-for 'script'`,
  `trusted-types 'none'`,
].join('; ')

const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'X-Frame-Options': 'DENY',
}

/** The addresses the page knows; it answers them itself. */
const PAGES =
  /^\/(?:(?:sign-in|register|verify|waiting|forgot|reset|tickets|tickets\/\d+|new|stats|me|search)?|admin\/[a-z-]+|t\/[\w.~-]+)$/

const NOT_BUILT: BuiltFile = fileOf(
  'index.html',
  new Map([
    [
      'identity',
      Buffer.from(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Postroom</title>' +
          '<h1>The dashboard is not built</h1><p>Run <code>npm run build</code> and start again. ' +
          'The API works all the same: <a href="/api/docs">its documentation</a>.</p></html>\n',
      ),
    ],
  ]),
)

/** Answers GET and HEAD for pages and files of the dashboard; null: not ours. */
export class DashboardFiles {
  readonly #files: ReadonlyMap<string, BuiltFile>

  /** @param directory as built; one that is missing gives a page that says so. */
  constructor(directory: string = BUILT_DASHBOARD) {
    this.#files = existsSync(path.join(directory, 'index.html'))
      ? readFiles(directory)
      : new Map([['/index.html', NOT_BUILT]])
  }

  has(requested: string): boolean {
    return PAGES.test(requested) || this.#files.has(requested)
  }

  answer(requested: string, headers: IncomingHttpHeaders): FileAnswer | null {
    const isPage = PAGES.test(requested)
    const file = this.#files.get(isPage ? '/index.html' : requested)
    if (file !== undefined) return answerWith(file, headers, 200)
    // Whoever follows an old link in a browser sees a page that says so; programs see a problem.
    if (requested.startsWith('/api/') || !wantsHtml(headers)) return null
    const page = this.#files.get('/index.html')
    return page === undefined ? null : answerWith(page, headers, 404)
  }
}

const wantsHtml = ({ accept = '' }: IncomingHttpHeaders): boolean => accept.includes('text/html')

function answerWith(file: BuiltFile, headers: IncomingHttpHeaders, status: number): FileAnswer {
  const { encoding, body } = bestOf(file, String(headers['accept-encoding'] ?? ''))
  const etag = `"${file.etag}-${encoding}"`
  const common = {
    'Content-Type': file.type,
    // Hashed names never change what they mean; everything else is asked for again.
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
    ETag: etag,
    ...(file.type.startsWith('text/html') ? PAGE_HEADERS : {}),
  }
  const known = status === 200 && knows(headers['if-none-match'], etag)
  if (known) return { status: 304, headers: common, body: null }
  const coded = encoding === 'identity' ? {} : { 'Content-Encoding': encoding }
  return { status, headers: { ...common, ...coded }, body }
}

function bestOf(file: BuiltFile, accepted: string): { encoding: string; body: Buffer } {
  const codings = accepted.split(',').map((one) => one.trim().toLowerCase())
  for (const encoding of ['br', 'gzip']) {
    const body = file.encodings.get(encoding)
    // With a weight of zero a coding is refused (RFC 9110 §12.5.3).
    const wanted = codings.some(
      (one) => one.split(';')[0] === encoding && !/;q=0(?:\.0*)?$/.test(one),
    )
    if (body !== undefined && wanted) return { encoding, body }
  }
  return { encoding: 'identity', body: file.encodings.get('identity') ?? Buffer.alloc(0) }
}

const knows = (given: string | undefined, etag: string): boolean =>
  given !== undefined && given.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)

function readFiles(directory: string): Map<string, BuiltFile> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const files = new Map<string, BuiltFile>()
  for (const name of names) {
    if (TYPES[path.extname(name)] === undefined) continue
    const encodings = new Map([['identity', readFileSync(path.join(directory, name))]])
    for (const [encoding, end] of [
      ['br', '.br'],
      ['gzip', '.gz'],
    ] as const) {
      const compressed = path.join(directory, name + end)
      if (existsSync(compressed)) encodings.set(encoding, readFileSync(compressed))
    }
    files.set(`/${name.split(path.sep).join('/')}`, fileOf(name, encodings))
  }
  return files
}

function fileOf(name: string, encodings: ReadonlyMap<string, Buffer>): BuiltFile {
  const whole = encodings.get('identity') ?? Buffer.alloc(0)
  return {
    type: TYPES[path.extname(name)] ?? 'application/octet-stream',
    etag: createHash('sha256').update(whole).digest('base64url').slice(0, 20),
    immutable: name.startsWith('assets'),
    encodings,
  }
}
