import { expect, test } from 'vitest'
import { totpAt } from '../kit/totp.ts'
import { describeWithBrowser } from '../kit/browser.ts'
import { until } from '../kit/running-desk.ts'
import { liveDesk } from './live-desk.ts'
import { ANA, BRUNO, enrolApp, PASSWORD, signIn } from './start-desk.ts'

describeWithBrowser('getting in', (browser) => {
  const desk = liveDesk()

  const codeMailedTo = (address: string, nth = 1): Promise<string> =>
    until(`code ${nth} for ${address}`, () => {
      const codes = desk.mailsOf(address).flatMap((mail) => /^(\d{6})\r?$/m.exec(mail)?.[1] ?? [])
      return codes[nth - 1]
    })

  test('somebody registers, proves the address, waits for an admin, and comes in', async () => {
    const { page } = await browser.open(desk.url)
    await page.goto('/')
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByLabel('Name').fill('Dora')
    await page.getByLabel('Email').fill('dora@customer.test')
    await page.getByLabel('Password', { exact: true }).fill('short')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.locator('.text-error').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByText('We sent a code to dora@customer.test').waitFor()
    await page.getByLabel('Code').fill('000000')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Code').fill(await codeMailedTo('dora@customer.test'))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('heading', { name: 'Waiting for approval' }).waitFor()

    const body = await desk.as.carla.get('/users?state=pending_approval')
    await desk.as.carla.post(`/users/${body.data[0]?.id}/approve`, undefined)
    await page.getByRole('link', { name: 'Back to sign in' }).click()
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('[data-connection=live]').waitFor()
  })

  test('a wrong password is refused, and one comes back to where one wanted to go', async () => {
    const { page } = await browser.open(desk.url)
    await page.goto('/me')
    await page.getByLabel('Email').fill(BRUNO.email)
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('The address or the password is wrong.').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/me')
  })

  test('the way back after the login leads to no other site', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, '/sign-in?to=//evil.test/x')
    expect(new URL(page.url()).pathname).toBe('/tickets')
  })

  test('a forgotten password is set anew with the code that was mailed', async () => {
    const { page } = await browser.open(desk.url)
    await page.goto('/forgot')
    await page.getByLabel('Email').fill(ANA.email)
    await page.getByRole('button', { name: 'Send me a code' }).click()
    await page.getByLabel('Code').fill(await codeMailedTo(ANA.email))
    await page.getByLabel('New password').fill('another good password')
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByLabel('Password', { exact: true }).fill('another good password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('[data-connection=live]').waitFor()
  })

  test('a link of an operator sets a password, and its code leaves the address bar', async () => {
    const { page } = await browser.open(desk.url)
    const code = 'x'.repeat(43)
    await page.goto(`/reset#email=nora%40acme.test&code=${code}`)
    await page.getByText('For nora@acme.test').waitFor()
    expect(page.url()).not.toContain(code)
    await page.getByLabel('New password').fill('another good password')
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByText('The code is wrong, used, or too old.').waitFor()
  })

  test('who has an authenticator app is asked for its code', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO)
    const secret = await enrolApp(page)
    await page.locator('summary').filter({ hasText: BRUNO.name }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Email').fill(BRUNO.email)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Code of your authenticator app').fill(totpAt(secret, Date.now()))
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.locator('[data-connection=live]').waitFor()
  })
})
