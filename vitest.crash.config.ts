/** How `npm run test:crash` runs: daemons are killed at random, so one file at a time, durably. */
import { defineConfig } from 'vitest/config'
import { ClosingLines } from './tests/kit/reporter.ts'

export default defineConfig({
  test: {
    include: ['tests/crash/**/*.test.ts'],
    globalSetup: ['tests/kit/global-setup-durable.ts'],
    pool: 'forks',
    execArgv: ['--import', 'tsx'],
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 150 * 60_000,
    hookTimeout: 2 * 60_000,
    teardownTimeout: 20_000,
    watch: false,
    passWithNoTests: false,
    reporters: ['verbose', new ClosingLines()],
  },
})
