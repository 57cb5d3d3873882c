/**
 * `npm run screenshots [-- DIRECTORY]`: every page of the dashboard, wide and narrow, light and
 * dark, of a desk with a little life in it. For looking at: nothing here is compared.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { allPages, type KnownPage, LOGINS, visit } from '../tests/browser/pages.ts'
import { signIn, startDesk } from '../tests/browser/start-desk.ts'
import { furnish } from '../tests/browser/furnished-desk.ts'
import { launchChromium, openTab } from '../tests/kit/chromium.ts'

const target = resolve(process.argv[2] ?? 'screenshots')
/** Only pages whose name has this in it. */
const wanted = process.argv[3] ?? ''

async function shoot(browser: Browser, url: string, pages: readonly KnownPage[]): Promise<void> {
  for (const [phone, dark] of [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const) {
    for (const login of LOGINS) {
      const own = pages.filter((one) => one.login === login && one.name.includes(wanted))
      if (own.length === 0) continue
      const { page, context } = await openTab(browser, url, { phone, dark })
      if (login === null) await page.goto('/sign-in')
      else await signIn(page, login)
      for (const one of own) {
        await visit(page, one)
        // Toasts, pictures and what was asked for last.
        await page.waitForTimeout(300)
        const file = `${one.name}-${phone ? 390 : 1280}-${dark ? 'dark' : 'light'}.png`
        await page.screenshot({ path: join(target, file), fullPage: phone })
      }
      await context.close()
    }
  }
}

mkdirSync(target, { recursive: true })
const directory = mkdtempSync(join(tmpdir(), 'postroom-screenshots-'))
const stop = new AbortController()
const { desk, daemon } = await startDesk({}, directory, stop.signal)
const browser = await launchChromium()
try {
  await shoot(browser, desk.url, allPages(await furnish(desk)))
  process.stderr.write(`screenshots are in ${target}\n`)
} finally {
  await browser.close()
  stop.abort()
  await daemon.done
  await desk.world.close()
  rmSync(directory, { recursive: true, force: true })
}
