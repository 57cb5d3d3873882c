/**
 * `npm start` and `npm run demo`: makes sure everything is there, then becomes the command.
 *
 * dist/main.js is loaded into this very process. Signals, the terminal and the exit code are then
 * the command's own, and nothing is left running when somebody kills the process he started.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt, ensureInstalled } from './setup.mjs'
import { ROOT, runStarter } from './terminal.mjs'

await runStarter(async () => {
  await ensureInstalled()
  await ensureBuilt()
  const main = join(ROOT, 'dist', 'main.js')
  process.setSourceMapsEnabled(true)
  process.argv[1] = main
  await import(pathToFileURL(main).href)
})
