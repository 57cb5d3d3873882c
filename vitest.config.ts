/** How `npm test` runs: every test file on its own process, one PostgreSQL for the whole run. */
import { defineConfig } from 'vitest/config'
import { ClosingLines } from './tests/kit/reporter.ts'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Crash tests kill daemons for minutes: `npm run test:crash`, vitest.crash.config.ts.
    exclude: ['tests/crash/**'],
    globalSetup: ['tests/kit/global-setup.ts'],
    pool: 'forks',
    // child_process.fork() in a test inherits this, so a child can be a .ts file too.
    execArgv: ['--import', 'tsx'],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    watch: false,
    reporters: ['dot', new ClosingLines()],
    // What a green test prints is noise.
    silent: 'passed-only',
  },
})
