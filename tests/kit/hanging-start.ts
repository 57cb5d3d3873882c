/** A process that serves, but whose start never comes to an end; its argument: `late`, or stopped before it starts. */
import { configFrom } from '../../src/config.ts'
import { runServe } from '../../src/serve.ts'

const stop = new AbortController()
process.on('SIGTERM', () => stop.abort('SIGTERM'))
if (process.argv[2] !== 'late') stop.abort('SIGTERM')

const start = (): Promise<never> => {
  setInterval(() => {}, 1_000)
  process.send?.('starting')
  return new Promise(() => {})
}
const config = configFrom({ log: { level: 'silent' } }, { env: {}, baseDir: '/' })
const DRAIN_MS = 50
await runServe(config, stop.signal, {}, start, DRAIN_MS)
