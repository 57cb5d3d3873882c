/** `npm run bench`: installs and builds if needed, then measures; nothing else should run meanwhile. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt, ensureInstalled } from './setup.mjs'
import { ROOT, runStarter } from './terminal.mjs'

await runStarter(async () => {
  await ensureInstalled()
  await ensureBuilt()
  // The daemon starts its processes with the same arguments, from wherever it is.
  const built = pathToFileURL(join(ROOT, 'scripts', 'built.mjs')).href
  const main = join(ROOT, 'bench', 'main.ts')
  const args = ['--import', 'tsx', '--import', built, main, ...process.argv.slice(2)]
  const child = spawn(process.execPath, args, { stdio: 'inherit', cwd: ROOT })
  const [code] = await once(child, 'exit')
  process.exitCode = code ?? 1
})
