import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Locator, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { type Furnished, furnish } from './furnished-desk.ts'
import { liveDesk } from './live-desk.ts'
import { allPages, LOGINS, visit } from './pages.ts'
import { ANA, BRUNO, CARLA, PASSWORD, signIn } from './start-desk.ts'

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

/** As far as a row of Tabs leads; fails when it does not lead there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if (await target.evaluate((element) => element.matches(':focus'))) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`no Tab leads to ${String(target)}`)
}

/** More would be no use to anybody. */
const TABS_MAX = 100

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

  test('a ticket is found, answered and resolved with the keyboard alone', async () => {
    const { page } = await browser.open(desk.url)
    await page.goto('/')
    await page.getByLabel('Email').waitFor()
    const keys = page.keyboard
    await page.getByLabel('Email').focus()
    await keys.type(BRUNO.email)
    await keys.press('Tab')
    await keys.type('correct horse battery')
    await keys.press('Enter')
    await page.locator('[data-connection=live]').waitFor()
    await page.getByRole('link', { name: 'App crashes on start' }).waitFor()
    await keys.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await keys.press('Escape')
    await keys.press('/')
    await keys.type('crashes')
    await keys.press('Enter')
    await page.waitForURL('**/tickets?is=all&q=crashes')
    // What was found has taken the place of the whole list.
    await page.getByRole('link', { name: 'Invoice 2231 is wrong' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'App crashes on start' }).waitFor()
    await page.getByLabel('Search tickets').blur()
    await keys.press('j')
    await keys.press('Enter')
    await page.getByRole('heading', { name: 'App crashes on start' }).waitFor()
    await keys.press('r')
    await keys.type('Please try version 4.2.1.')
    await keys.press('Control+Shift+Enter')
    await page.getByRole('button', { name: 'Send now' }).focus()
    await keys.press('Enter')
    await page.getByLabel('Message of Bruno Costa').getByText('4.2.1').waitFor()
    await page.getByText('Resolved').first().waitFor()
    await keys.press('Control+k')
    await page.locator('[aria-label=Command]:focus').waitFor()
    await keys.type('mytick')
    await keys.press('Enter')
    await page.waitForURL('**/tickets?assignee=me')
  })

  test('a customer asks, answers and closes with the keyboard alone', async () => {
    const { page } = await browser.open(desk.url)
    const keys = page.keyboard
    const press = async (name: string): Promise<void> => {
      await tabTo(page, page.getByRole('button', { name, exact: true }))
      await keys.press('Enter')
    }
    await page.goto('/')
    await tabTo(page, page.getByLabel('Email'))
    await keys.type(ANA.email)
    await tabTo(page, page.getByLabel('Password', { exact: true }))
    await keys.type(PASSWORD)
    await press('Sign in')
    await tabTo(page, page.getByRole('main').getByRole('link', { name: 'New request' }))
    await keys.press('Enter')
    await tabTo(page, page.getByLabel('Subject'))
    await keys.type('By keys')
    await tabTo(page, page.getByLabel('What can we do for you?'))
    await keys.type('No mouse here.')
    await press('Send')
    await page.getByRole('heading', { name: 'By keys' }).waitFor()
    await tabTo(page, page.getByLabel('Your answer'))
    await keys.type('One thing more.')
    await press('Send')
    await page.getByLabel('Message of Ana Ferreira').getByText('One thing more.').waitFor()
    await press('It is solved, close it')
    await page.locator('.pill').filter({ hasText: 'Closed' }).waitFor()
  })

  test('an admin lets somebody in, and an agent moves a message, with the keyboard alone', async () => {
    const { page } = await browser.open(desk.url)
    const keys = page.keyboard
    await signIn(page, CARLA, `/tickets/${furnished.ticket}`)
    await tabTo(page, page.getByLabel('More about this message').nth(1))
    await keys.press('Enter')
    const menu = page.getByRole('button', { name: 'Move to a new ticket' })
    await tabTo(page, menu)
    await keys.press('Escape')
    await menu.waitFor({ state: 'hidden' })
    await keys.press('Enter')
    await tabTo(page, menu)
    await keys.press('Enter')
    await page.locator('dialog input:focus').waitFor()
    await tabTo(page, page.getByRole('button', { name: 'Make a new ticket' }))
    await keys.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await tabTo(page, page.getByRole('link', { name: 'People' }))
    await keys.press('Enter')
    await tabTo(page, page.getByRole('button', { name: 'Delete' }).first())
    await keys.press('Enter')
    await tabTo(page, page.getByRole('button', { name: 'Cancel' }))
    await keys.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

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
