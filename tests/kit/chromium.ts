/** Chromium: where it is, and a tab in it that writes down what goes wrong. */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { BROWSER_PACKAGE } from './browser-package.ts'

const EXECUTABLES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const chromiumPath: string | undefined = EXECUTABLES.find((path) => existsSync(path))

export interface Tab {
  readonly page: Page
  readonly context: BrowserContext
  /** What went wrong so far; empties itself. */
  readonly troubles: () => string[]
}

export interface TabOptions {
  readonly phone?: boolean
  readonly dark?: boolean
  /** Another origin that pages may lead to, by links of ours. */
  readonly mayVisit?: string
}

export const DESKTOP = { width: 1280, height: 860 }
export const PHONE = { width: 390, height: 844 }

export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(`apt-get install ${BROWSER_PACKAGE}`)
  // In containers Chromium may have neither its sandbox nor a large /dev/shm.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu']
  // Where the locale's characters are ASCII, Chromium calls a file `download` whose name is not.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  return chromium.launch({ executablePath: chromiumPath, args, env })
}

export async function openTab(
  browser: Browser,
  url: string,
  options: TabOptions = {},
): Promise<Tab> {
  const { phone = false, dark = false, mayVisit } = options
  const context = await browser.newContext({
    baseURL: url,
    viewport: phone ? PHONE : DESKTOP,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
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
    if (origin === mayVisit && request.isNavigationRequest()) return
    if (origin !== new URL(url).origin && protocol !== 'data:' && protocol !== 'blob:') {
      found.push(`left the origin: ${request.url()}`)
    }
  })
  return { page, context, troubles: () => found.splice(0) }
}
