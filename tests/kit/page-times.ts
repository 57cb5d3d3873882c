/** When something on a page is there, behind a slow phone connection if one likes: for benchmarks. */
import type { CDPSession, Page } from 'playwright-core'

/** 150 ms there and back, 1.6 Mbit/s. */
const SLOW_4G = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
}

/** From now on the page has nothing in its cache, and all it asks for comes slowly. */
export async function slowed(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.clearBrowserCache')
  await cdp.send('Network.emulateNetworkConditions', SLOW_4G)
  return cdp
}

/**
 * Goes to a path, and tells how long it took until something stands there, in ms since the
 * navigation began: told by the page itself, for who asks it again and again is late.
 */
export async function openedIn(page: Page, path: string, selector: string): Promise<number> {
  await page.addInitScript(`new MutationObserver((_, observer) => {
    if (document.querySelector(${JSON.stringify(selector)}) === null) return
    window.thereAt = performance.now()
    observer.disconnect()
  }).observe(document, { childList: true, subtree: true })`)
  await page.goto(path)
  await page.locator(selector).first().waitFor()
  return Number(await page.evaluate('window.thereAt'))
}

/**
 * When the open page shows a text that is not there yet, in ms since 1970: told by the page itself,
 * for who asks it again and again is up to half a second late.
 */
export const shownAt = (page: Page, text: string): Promise<number> =>
  page.evaluate(`new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (!document.body.textContent.includes(${JSON.stringify(text)})) return
      observer.disconnect()
      resolve(Date.now())
    }).observe(document.body, { childList: true, subtree: true, characterData: true })
  })`)
