/** `npm run bench`: installs if needed, then measures; nothing else should run meanwhile. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ensureInstalled } from './setup.mjs'
import { ROOT, runStarter } from './terminal.mjs'

await runStarter(async () => {
  await ensureInstalled()
  const args = ['--import', 'tsx', join(ROOT, 'bench', 'main.ts'), ...process.argv.slice(2)]
  const child = spawn(process.execPath, args, { stdio: 'inherit', cwd: ROOT })
  const [code] = await once(child, 'exit')
  process.exitCode = code ?? 1
})
