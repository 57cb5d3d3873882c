/** How `npm run test:faults` runs: as the crash tests, but every fault at every point. */
import { defineConfig, mergeConfig } from 'vitest/config'
import crash from './vitest.crash.config.ts'

export default mergeConfig(
  crash,
  defineConfig({ test: { include: ['tests/faults/**/*.full.ts'] } }),
)
