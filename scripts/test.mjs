/**
 * `npm test`: makes sure everything is there, then runs vitest with the remaining arguments and
 * ends with its exit code. `--crash` runs tests/crash (daemons killed at random) instead of the rest,
 * `--faults` every fault at every point (tests/faults): they take minutes, so they are no part of
 * the ordinary run.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled } from './setup.mjs'
import { ROOT, runStarter } from './terminal.mjs'

const CONFIGS = new Map([
  ['--crash', 'vitest.crash.config.ts'],
  ['--faults', 'vitest.faults.config.ts'],
])

function vitestArgs(args) {
  const chosen = args.find((arg) => CONFIGS.has(arg))
  if (chosen === undefined) return ['run', ...args]
  return ['run', '--config', CONFIGS.get(chosen), ...args.filter((arg) => arg !== chosen)]
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
