import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { type Furnished, furnish } from './furnished-desk.ts'
import { liveDesk } from './live-desk.ts'
import { allPages, LOGINS, visit } from './pages.ts'
import { BRUNO, signIn } from './start-desk.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** What axe finds on the page as it stands, a line each. */
async function findingsOn(page: Page): Promise<string[]> {
  // Not as a script of the page: its policy allows none.
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(AXE)
  const violations = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => violations)`,
  )
  return (violations as Violation[]).flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => {
      const summary = failureSummary.split('\n')[1]?.trim() ?? ''
      return `${id}: ${html.slice(0, 160)} ${summary}`
    }),
  )
}

describeWithBrowser('everybody can use every page', (browser) => {
  const desk = liveDesk()
  let furnished: Furnished
  beforeAll(async () => {
    furnished = await furnish(desk)
  })

  test.each([
    { phone: false, dark: false },
    { phone: false, dark: true },
    { phone: true, dark: false },
    { phone: true, dark: true },
  ])(
    'axe finds nothing (phone: $phone, dark: $dark)',
    async (look) => {
      const found: string[] = []
      for (const login of LOGINS) {
        const { page, context, troubles } = await browser.open(desk.url, look)
        if (login === null) await page.goto('/sign-in')
        else await signIn(page, login)
        for (const one of allPages(furnished).filter((known) => known.login === login)) {
          await visit(page, one)
          if ((await page.getByText(/^Error \d+$/).count()) > 0) found.push(`${one.name} failed`)
          found.push(...(await findingsOn(page)).map((what) => `${one.name} ${what}`))
          const isWide = await page.evaluate(
            `document.documentElement.scrollWidth > window.innerWidth`,
          )
          if (isWide) found.push(`${one.name} is wider than the window`)
        }
        found.push(...troubles())
        await context.close()
      }
      expect(found).toEqual([])
    },
    180_000,
  )

  test('single keys do nothing while one writes, and can be turned off', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${furnished.ticket}`)
    await page.getByLabel('Reply', { exact: true }).pressSequentially('njt?')
    expect(await page.getByLabel('Reply', { exact: true }).inputValue()).toBe('njt?')
    await page.goto('/me')
    await page.getByLabel('Single keys as shortcuts').uncheck()
    await page.keyboard.press('?')
    expect(await page.getByRole('dialog').count()).toBe(0)
  })
})
