/**
 * The end of a test run in a few lines: which suites were skipped and what to install for them,
 * and the counts alone on a line. With CI=true a skipped test fails the run: there, everything
 * is installed, and a test that does not run proves nothing.
 */
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { BROWSER_PACKAGE, SKIPPED_WITHOUT_BROWSER } from './browser-package.ts'
import { MAIL_SERVER_PACKAGES, SKIPPED_WITHOUT_SERVERS } from './mail-server-packages.ts'

export class ClosingLines implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const inState = (state: string): TestCase[] =>
      tests.filter((test) => test.result().state === state)
    const [passed, failed, skipped] = [inState('passed'), inState('failed'), inState('skipped')]

    const lines = [
      ...skippedSuites(skipped).map((suite) => `skipped: ${suite}`),
      `${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`,
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
    if (process.env.CI === 'true' && skipped.length > 0) {
      process.stdout.write('CI=true: a skipped test is a failure\n')
      process.exitCode = 1
    }
  }
}

/** Suites by file and outermost name, with the way to get them run where we know it. */
function skippedSuites(skipped: readonly TestCase[]): string[] {
  const suites = new Set<string>()
  for (const test of skipped) {
    const name = test.fullName.split(' > ')[0] ?? test.name
    suites.add(`${test.module.relativeModuleId}: ${name}`)
  }
  const lines = [...suites]
  if (lines.some((line) => line.includes(SKIPPED_WITHOUT_SERVERS))) {
    lines.push(`(to run them: apt-get install ${MAIL_SERVER_PACKAGES.join(' ')})`)
  }
  if (lines.some((line) => line.includes(SKIPPED_WITHOUT_BROWSER))) {
    lines.push(`(to run them: apt-get install ${BROWSER_PACKAGE})`)
  }
  return lines
}
