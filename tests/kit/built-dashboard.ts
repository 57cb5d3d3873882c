/** The dashboard as it is in src/ now, built once for everybody who asks for it. */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CACHE = join(ROOT, 'node_modules', '.cache', 'postroom-dashboard')

/** Its directory; named after what it was built from, so that it is never an old one. */
export function builtDashboard(): string {
  const target = join(CACHE, fingerprint())
  if (existsSync(join(target, 'index.html'))) return target
  mkdirSync(CACHE, { recursive: true })
  const work = join(CACHE, `building-${process.pid}`)
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', '--config', join(ROOT, 'vite.config.ts'), '--outDir', work]
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: 'pipe' })
  try {
    renameSync(work, target)
  } catch {
    // Another test file was faster; its result is the same.
    rmSync(work, { recursive: true, force: true })
  }
  return target
}

function fingerprint(): string {
  const hash = createHash('sha256')
  const folder = join(ROOT, 'src', 'dashboard')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  const files = names.map((name) => join(folder, name)).filter((file) => statSync(file).isFile())
  for (const file of [join(ROOT, 'vite.config.ts'), ...files]) {
    hash
      .update(`${file.slice(ROOT.length)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 24)
}
