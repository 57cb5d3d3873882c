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
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { BROWSER_PACKAGE, SKIPPED_WITHOUT_BROWSER } from './browser-package.ts'

const EXECUTABLES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const chromiumPath: string | undefined = EXECUTABLES.find((path) => existsSync(path))

export interface Tab {
  readonly page: Page
  readonly context: BrowserContext
  /** What went wrong so far; empties itself. */
  troubles(): string[]
}

export interface TabOptions {
  readonly phone?: boolean
  readonly dark?: boolean
}

export interface TestBrowser {
  /** A browser of its own, as far as cookies and storage go. */
  open(url: string, options?: TabOptions): Promise<Tab>
}

export const DESKTOP = { width: 1280, height: 860 }
export const PHONE = { width: 390, height: 844 }

export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(`apt-get install ${BROWSER_PACKAGE}`)
  // In containers Chromium may have neither its sandbox nor a large /dev/shm.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu']
  return chromium.launch({ executablePath: chromiumPath, args })
}

export async function openTab(
  browser: Browser,
  url: string,
  options: TabOptions = {},
): Promise<Tab> {
  const { phone = false, dark = false } = options
  const context = await browser.newContext({
    baseURL: url,
    viewport: phone ? PHONE : DESKTOP,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const found: string[] = []
  page.on('pageerror', (err) => found.push(`error: ${err.message}`))
  page.on('console', (message) => {
    const text = message.text()
    // Refusals of the API are the page's to show; the browser writes them down by itself.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) {
      found.push(`console: ${text}`)
    }
  })
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (origin !== new URL(url).origin && protocol !== 'data:' && protocol !== 'blob:') {
      found.push(`left the origin: ${request.url()}`)
    }
  })
  return { page, context, troubles: () => found.splice(0) }
}

export function describeWithBrowser(name: string, suite: (browser: TestBrowser) => void): void {
  if (chromiumPath !== undefined) {
    describe(name, () => suite(sharedBrowser()))
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
