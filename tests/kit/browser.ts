/**
 * A real Chromium around a test. Every page reports what went wrong in it: errors of scripts,
 * violations of the policy, requests that left the origin.
 *
 *   describeWithBrowser('signing in', (browser) => {
 *     test('...', async () => {
 *       const tab = await browser.open(desk.url)
 *
 * Where it is not installed these suites are skipped and say so; with CI=true that is a failure.
 */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { BROWSER_PACKAGE, SKIPPED_WITHOUT_BROWSER } from './browser-package.ts'
import { chromiumPath, launchChromium, openTab, type Tab, type TabOptions } from './chromium.ts'

export interface TestBrowser {
  /** A browser of its own, as far as cookies and storage go. */
  open(url: string, options?: TabOptions): Promise<Tab>
}

export function describeWithBrowser(name: string, suite: (browser: TestBrowser) => void): void {
  if (chromiumPath !== undefined) {
    // A browser shares the machine with other tests; what is slow there is not wrong, and a step that
    // came too early for it gets a second chance.
    describe(name, { timeout: 90_000, retry: 1 }, () => suite(sharedBrowser()))
  } else if (process.env.CI === 'true') {
    test(`${name}: Chromium is installed`, () => {
      expect(chromiumPath, `apt-get install ${BROWSER_PACKAGE}`).toBeDefined()
    })
  } else {
    const none = async (): Promise<never> => Promise.reject(new Error('no browser'))
    describe.skip(`${name} ${SKIPPED_WITHOUT_BROWSER}`, () => suite({ open: none }))
  }
}

function sharedBrowser(): TestBrowser {
  let browser: Browser
  const open: Tab[] = []
  beforeAll(async () => {
    browser = await launchChromium()
  })
  // A test that passed although its pages complained has not passed.
  afterEach(async () => {
    const troubles = open.flatMap((tab) => tab.troubles())
    await Promise.all(open.splice(0).map(({ context }) => context.close()))
    expect(troubles).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
  })
  return {
    async open(url, options) {
      const tab = await openTab(browser, url, options)
      open.push(tab)
      return tab
    },
  }
}
