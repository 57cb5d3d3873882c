/**
 * Makes a fresh checkout ready: installs the dependencies and builds dist/ when that is needed.
 * Every starter calls it, so `npm run demo` works right after `git clone`. Node's own modules only.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, isBuilt } from './build.mjs'
import { Failure, ROOT, lastLines, runQuietly, say } from './terminal.mjs'

/** The lowest Node that package.json's `engines` allows. */
const NODE_MIN = [20, 19]

const NODE_MODULES = join(ROOT, 'node_modules')
const STAMP = join(NODE_MODULES, '.postroom-installed')

const COMPILER_HINT = [
  'sqlite3 is compiled on this machine and needs a C++ compiler, make and Python 3:',
  '  Debian, Ubuntu   apt-get install build-essential python3',
  '  Alpine           apk add build-base python3',
  '  Fedora           dnf install gcc-c++ make python3',
  '  macOS            xcode-select --install',
].join('\n')

export async function ensureInstalled() {
  assertNode()
  const lock = readIfThere(join(ROOT, 'package-lock.json'))
  if (lock === null)
    throw new Failure('package-lock.json is missing; this is not a whole checkout.')

  const wanted = createHash('sha256').update(lock).digest('hex')
  if (readIfThere(STAMP) === wanted) return
  if (!wasInstalledByHand(lock)) await install()
  assertSqlite()
  try {
    writeFileSync(STAMP, wanted)
  } catch {
    // Installed by somebody else, for us to read: the next start looks a little longer again.
  }
}

export async function ensureBuilt() {
  if (isBuilt()) return
  say('building dist/ (a few seconds)')
  await build()
}

function assertNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return
  throw new Failure(
    `Node ${NODE_MIN.join('.')} or newer is needed, this is ${process.version} (${process.execPath}).\n` +
      'Install it from https://nodejs.org or with your version manager, e.g. `nvm install 20`.',
  )
}

const readIfThere = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null)

/**
 * Whether npm's own record of node_modules agrees with the lock file, so that somebody who ran
 * `npm ci` himself does not wait for a second one.
 */
function wasInstalledByHand(lock) {
  const record = readIfThere(join(NODE_MODULES, '.package-lock.json'))
  if (record === null) return false
  const installed = JSON.parse(record).packages
  return Object.entries(JSON.parse(lock).packages)
    .filter(([path]) => path !== '')
    .every(([path, entry]) =>
      installed[path] === undefined
        ? entry.optional === true || entry.devOptional === true
        : installed[path].version === entry.version,
    )
}

async function install() {
  say('installing the dependencies with `npm ci`; about two minutes, since sqlite3 is compiled')
  // NODE_ENV=production would leave out the compiler that the build needs.
  const { code, output } = await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund'])
  if (code === 0) return
  const compiling = /gyp|sqlite3|make:|g\+\+|python/i.test(output) ? `\n\n${COMPILER_HINT}` : ''
  throw new Failure(
    `\`npm ci\` failed with code ${code}. Its last lines:\n\n${lastLines(output, 25)}${compiling}`,
  )
}

/** Below `npm run` the very npm that runs us is used, whatever the PATH says. */
async function runNpm(args) {
  const npm = process.env['npm_execpath']
  const onWait = (seconds) => say(`still installing (${seconds} s)`)
  try {
    return npm === undefined
      ? await runQuietly('npm', args, { onWait })
      : await runQuietly(process.execPath, [npm, ...args], { onWait })
  } catch (err) {
    if (err.code !== 'ENOENT') throw err
    throw new Failure('npm was not found. It comes with Node: https://nodejs.org')
  }
}

/** An npm that runs no install scripts succeeds, and leaves sqlite3 without its compiled half. */
function assertSqlite() {
  if (existsSync(join(NODE_MODULES, 'sqlite3', 'build', 'Release', 'node_sqlite3.node'))) return
  throw new Failure(
    'The dependencies are installed, but sqlite3 was not compiled. Try `npm rebuild sqlite3`' +
      ` (where install scripts are switched off: with --ignore-scripts=false).\n${COMPILER_HINT}`,
  )
}
