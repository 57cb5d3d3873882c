/**
 * `npm test`: makes sure everything is there, then runs vitest with the remaining arguments and
 * ends with its exit code. `--crash` runs tests/crash (kill -9 at every step) instead of the rest;
 * it takes minutes, so it is no part of the ordinary run.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled } from './setup.mjs'
import { ROOT, runStarter } from './terminal.mjs'

function vitestArgs(args) {
  if (!args.includes('--crash')) return ['run', ...args]
  return ['run', '--config', 'vitest.crash.config.ts', ...args.filter((arg) => arg !== '--crash')]
}

await runStarter(async () => {
  await ensureInstalled()
  await ensureBuilt()
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const args = [vitest, ...vitestArgs(process.argv.slice(2))]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.once('exit', (code) => {
    process.exitCode = code ?? 1
  })
})
