/**
 * `npm run build`: compiles src/ to dist/, migrations/ to dist/migrations/, and makes
 * dist/dashboard/ of src/dashboard/.
 *
 * Everything is made in a directory of its own and renamed into place at the end: a build that
 * fails or is killed leaves the old dist/ as it was, and nobody ever sees half a new one.
 */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { ensureInstalled } from './setup.mjs'
import {
  Failure,
  ROOT,
  isStartedDirectly,
  lastLines,
  runQuietly,
  runStarter,
  say,
} from './terminal.mjs'

const DIST = join(ROOT, 'dist')

/** Holds the fingerprint of the sources a dist/ was made from. */
const STAMP = join(DIST, '.built-from')

/** Whoever changes one of these changes dist/. */
const SOURCES = ['src', 'migrations', 'tsconfig.json', 'vite.config.ts', 'scripts/build.mjs']

function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
}

/** Contents, not times: a fresh clone, a copied tree and a restored backup all have odd clocks. */
function fingerprint() {
  const hash = createHash('sha256')
  for (const source of SOURCES.map((name) => join(ROOT, name)).filter((path) => existsSync(path))) {
    for (const file of filesBelow(source)) {
      hash
        .update(`${relative(ROOT, file)}\0`)
        .update(readFileSync(file))
        .update('\0')
    }
  }
  return hash.digest('hex')
}

/** An installed package has no src/: its dist/ came with it and is always right. */
export function isBuilt() {
  if (!existsSync(join(ROOT, 'src'))) return existsSync(join(DIST, 'main.js'))
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()
}

export async function build() {
  const startedAt = Date.now()
  const madeFrom = fingerprint()
  const work = join(ROOT, `.build-${process.pid}`)
  // The part below is named dist so that every tool that ignores dist/ ignores this one, too.
  const out = join(work, 'dist')
  try {
    mkdirSync(out, { recursive: true })
    await Promise.all([compile(out), buildDashboard(join(out, 'dashboard'))])
    pointMapsHome(join(out, 'src'), DIST)
    if (existsSync(join(out, 'migrations'))) {
      pointMapsHome(join(out, 'migrations'), join(DIST, 'migrations'))
      renameSync(join(out, 'migrations'), join(out, 'src', 'migrations'))
    }
    bringMigrationsNearer(join(out, 'src'))
    copyAssets(join(out, 'src'))
    renameSync(join(out, 'dashboard'), join(out, 'src', 'dashboard'))
    markExecutable(join(out, 'src', 'main.js'))
    writeFileSync(join(out, 'src', '.built-from'), madeFrom)
    replaceDist(join(out, 'src'), join(out, 'replaced'))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  say(`built dist/ in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
}

async function compile(out) {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [tsc, '-p', 'tsconfig.json', '--outDir', out, '--pretty', 'false']
  const { code, output } = await runQuietly(process.execPath, args)
  if (code !== 0)
    throw new Failure(`the build failed; dist/ is unchanged.\n${lastLines(output, 40)}`)
}

/** The dashboard as files for browsers, in `outDir`; see vite.config.ts. */
export async function buildDashboard(outDir) {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', '--config', join(ROOT, 'vite.config.ts'), '--outDir', outDir]
  // Its own process: half of vite is native code whose threads would outlive the build here.
  const { code, output } = await runQuietly(process.execPath, args)
  if (code !== 0)
    throw new Failure(`the dashboard did not build; dist/ is unchanged.\n${lastLines(output, 40)}`)
}

/** What is no TypeScript (a page, a style sheet) travels along as it is. */
function copyAssets(target) {
  const source = join(ROOT, 'src')
  const dashboard = join(source, 'dashboard') + sep
  const files = filesBelow(source).filter((name) => !name.startsWith(dashboard))
  for (const file of files.filter((name) => !/\.tsx?$/.test(name))) {
    const copy = join(target, relative(source, file))
    mkdirSync(dirname(copy), { recursive: true })
    writeFileSync(copy, readFileSync(file))
  }
}

/**
 * In the repository migrations/ lies beside src/, in dist/ below it: from any file of src the way
 * there is one `../` shorter. tsc keeps specifiers as they are written, so it is done here.
 */
function bringMigrationsNearer(target) {
  const leavesSrc = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])((?:\.\.\/)+migrations\/[^'"]*)\2/g
  for (const file of filesBelow(target).filter((name) => name.endsWith('.js'))) {
    const code = readFileSync(file, 'utf8')
    const nearer = code.replace(leavesSrc, (whole, keyword, quote, specifier) => {
      const leadsOutside = !resolve(dirname(file), specifier).startsWith(target + sep)
      if (!leadsOutside) return whole
      const shorter = specifier.slice('../'.length)
      return `${keyword}${quote}${shorter.startsWith('.') ? shorter : `./${shorter}`}${quote}`
    })
    if (nearer !== code) writeFileSync(file, nearer)
  }
}

/** Source maps name their source relative to themselves, so they change with the move to dist/. */
function pointMapsHome(target, home) {
  for (const file of filesBelow(target).filter((name) => name.endsWith('.js.map'))) {
    const map = JSON.parse(readFileSync(file, 'utf8'))
    const sources = map.sources.map((source) => resolve(dirname(file), source))
    const directory = dirname(join(home, relative(target, file)))
    map.sources = sources.map((source) => relative(directory, source).split(sep).join('/'))
    writeFileSync(file, JSON.stringify(map))
  }
}

function markExecutable(file) {
  if (existsSync(file)) chmodSync(file, 0o755)
}

/** Two builds at once are allowed: each renames a whole dist/, the later one stays. */
function replaceDist(built, replaced) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (existsSync(DIST)) renameSync(DIST, `${replaced}-${attempt}`)
      renameSync(built, DIST)
      return
    } catch (err) {
      if (attempt === 5) throw err
    }
  }
}

if (isStartedDirectly(import.meta.url)) {
  await runStarter(async () => {
    await ensureInstalled()
    await build()
  })
}
