import type { CDPSession, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { openedIn, slowed } from '../kit/page-times.ts'
import { liveDesk } from './live-desk.ts'
import { ANA, BRUNO, PASSWORD, signIn } from './start-desk.ts'

const FIRST_PAGE_MAX = 100_000
const PAGE_SIZE = 50

/** Bytes of all answers, as they came over the wire, and where from. */
function traffic(cdp: CDPSession): { bytes: number; readonly paths: string[] } {
  const seen = { bytes: 0, paths: [] as string[] }
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => {
    seen.bytes += encodedDataLength
  })
  cdp.on('Network.responseReceived', ({ response }) => {
    seen.paths.push(new URL(response.url).pathname)
  })
  return seen
}

/** What the page asks for, and what has come, as it happens. */
function orderOf(page: Page): readonly string[] {
  const order: string[] = []
  page.on('request', (request) => order.push(`asked ${new URL(request.url()).pathname}`))
  page.on('requestfinished', (request) => order.push(`came ${new URL(request.url()).pathname}`))
  return order
}

describeWithBrowser('how much a page asks for', (browser) => {
  const desk = liveDesk()
  beforeAll(async () => {
    const requester = { email: 'ana@customer.test' }
    for (let n = 0; n < PAGE_SIZE + 10; n += 1) {
      await desk.as.bruno.post('/tickets', { subject: `Ticket ${n}`, text: 'x', requester })
    }
  }, 60_000)

  test('the first page can be used soon over a slow connection, with nothing that others need', async () => {
    const { page } = await browser.open(desk.url)
    const seen = traffic(await slowed(page))
    await openedIn(page, '/sign-in', 'input')
    await page.getByLabel('Email').fill(BRUNO.email)
    await page.waitForLoadState('networkidle')
    expect(seen.bytes).toBeLessThan(FIRST_PAGE_MAX)
    expect(seen.paths.filter((path) => /stats-page|admin-pages|me-page/.test(path))).toEqual([])
    // Page, style, script with its parts, and who one is: once each (the icon is the browser's, too).
    const asked = seen.paths.filter((path) => path !== '/icon.svg')
    expect(new Set(asked).size).toBe(asked.length)
  })

  test('who is signed in is asked for by the page before the whole of it has come', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO)
    await slowed(page)
    const order = orderOf(page)
    await openedIn(page, '/tickets?assignee=none', '[data-ticket]')
    const whole = order.findIndex((what) => /^came \/assets\/index-.*js$/.test(what))
    expect(order.slice(0, whole)).toEqual(
      expect.arrayContaining(['asked /api/v1/auth/session', 'asked /api/v1/tickets']),
    )
    // What was asked early is not asked for again before the stream says that something may be new.
    const stream = order.indexOf('asked /api/v1/events')
    const before = order.slice(0, stream).filter((what) => what === 'asked /api/v1/tickets')
    expect(before).toHaveLength(1)
    await page.getByRole('heading', { name: 'Unassigned tickets' }).waitFor()
  })

  test.each([
    { login: ANA, asked: ['/auth/session', '/tickets/N', '/tickets/N/comments'] },
    {
      login: BRUNO,
      asked: ['/auth/session', '/tickets/N', '/tickets/N/comments', '/tickets/N/events'],
    },
  ])('a ticket, too ($login.role)', async ({ login, asked }) => {
    const { data } = await desk.as.ana.get('/tickets?limit=1')
    const id = data[0]?.id
    const { page } = await browser.open(desk.url)
    await signIn(page, login)
    await slowed(page)
    const order = orderOf(page)
    await openedIn(page, `/tickets/${id}`, 'article')
    const whole = order.findIndex((what) => /^came \/assets\/index-.*js$/.test(what))
    const early = order.slice(0, whole).filter((what) => what.startsWith('asked /api/'))
    expect(early).toEqual(asked.map((path) => `asked /api/v1${path.replace('N', String(id))}`))
  })

  test('what was asked early for somebody whose session has ended is asked again for the next', async () => {
    const { page, context } = await browser.open(desk.url)
    await signIn(page, BRUNO)
    await context.clearCookies()
    await page.goto('/tickets')
    await page.getByLabel('Email').fill(BRUNO.email)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('[data-ticket]').first().waitFor()
  })

  test('the list fetches one page of rows by position, and counts nothing over all of them', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO)
    await page.getByRole('button', { name: 'Show more' }).waitFor()
    const asked: URL[] = []
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.pathname === '/api/v1/tickets') asked.push(url)
    })
    await page.reload()
    await page.getByRole('button', { name: 'Show more' }).waitFor()
    expect(await page.locator('[data-ticket]').count()).toBe(PAGE_SIZE)
    await page.getByRole('button', { name: 'Show more' }).click()
    await expect.poll(() => page.locator('[data-ticket]').count()).toBe(PAGE_SIZE + 10)
    const questions = asked.map(({ searchParams }) => [...searchParams.keys()].toSorted().join())
    // Once more when the stream of events begins: something may have happened before.
    expect(questions.length).toBeLessThanOrEqual(3)
    expect(new Set(questions)).toEqual(new Set(['limit,status', 'cursor,limit,status']))
    expect(asked.every(({ searchParams }) => searchParams.get('limit') === '50')).toBe(true)
  })
})
