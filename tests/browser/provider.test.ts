/** Signing in with an OpenID provider, as somebody sees it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { type OpenidServer, startOpenidServer } from '../kit/openid-provider.ts'
import { totpAt } from '../kit/totp.ts'
import { liveDesk } from './live-desk.ts'
import { BRUNO, enrolApp, NORA, signIn } from './start-desk.ts'

describeWithBrowser('signing in with a provider', (browser) => {
  let provider: OpenidServer
  beforeAll(async () => {
    provider = await startOpenidServer()
  })
  afterAll(() => provider.close())
  const desk = liveDesk(() => ({
    oidc: { name: 'Acme ID', issuer: provider.issuer, client_id: 'postroom' },
    registration: 'closed',
  }))
  const claimsOf = ({ email, name }: typeof BRUNO) => ({
    sub: email,
    email,
    email_verified: true,
    name,
  })

  test('leads there, back, and to the page one wanted', async () => {
    const { page } = await browser.open(desk.url, { mayVisit: provider.issuer })
    provider.says = claimsOf(BRUNO)
    await page.goto('/me')
    const way = page.getByRole('link', { name: 'Sign in with Acme ID' })
    await way.waitFor()
    expect(await page.getByRole('link', { name: 'Create an account' }).count()).toBe(0)
    await way.click()
    await page.waitForURL('**/me')
    await page.locator('[data-connection=live]').waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe(BRUNO.name)
  })

  test('says why it let nobody in', async () => {
    const { page } = await browser.open(desk.url, { mayVisit: provider.issuer })
    provider.says = claimsOf({ ...BRUNO, email: 'stranger@acme.test' })
    await page.goto('/sign-in')
    await page.getByRole('link', { name: 'Sign in with Acme ID' }).click()
    await page.getByText('There is no account for you here. Ask an admin for one.').waitFor()
  })

  test('asks for the code of the authenticator app where one is set up', async () => {
    const { page } = await browser.open(desk.url, { mayVisit: provider.issuer })
    await signIn(page, NORA)
    const secret = await enrolApp(page)
    const elsewhere = await browser.open(desk.url, { mayVisit: provider.issuer })
    provider.says = claimsOf(NORA)
    await elsewhere.page.goto('/tickets?view=mine')
    await elsewhere.page.getByRole('link', { name: 'Sign in with Acme ID' }).click()
    const code = elsewhere.page.getByLabel('Code of your authenticator app')
    await code.fill('000000')
    await elsewhere.page.getByRole('button', { name: 'Continue' }).click()
    await elsewhere.page.getByText('The code is wrong').waitFor()
    await code.fill(totpAt(secret, Date.now()))
    await elsewhere.page.getByRole('button', { name: 'Continue' }).click()
    await elsewhere.page.waitForURL('**/tickets?view=mine')
  })
})
