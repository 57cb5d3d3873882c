import { expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { liveDesk } from './live-desk.ts'
import { BRUNO, signIn } from './start-desk.ts'

describeWithBrowser('without a connection', (browser) => {
  const desk = liveDesk()

  test('the page says so, keeps what is written, and misses nothing when it is back', async () => {
    const requester = { email: 'ana@customer.test', name: 'Ana' }
    const { id } = await desk.as.bruno.post('/tickets', { subject: 'First', text: 'a', requester })
    const { page, context, troubles } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    await page.getByLabel('Reply', { exact: true }).fill('Written in a tunnel')
    await context.setOffline(true)
    await page.locator('[data-connection=offline], [data-connection=reconnecting]').waitFor()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByRole('button', { name: 'Send now' }).click()
    await page.getByText('The desk cannot be reached at the moment.').waitFor()
    expect(await page.getByLabel('Reply', { exact: true }).inputValue()).toBe('Written in a tunnel')

    const said = { author: { email: 'ana@customer.test' }, text: 'Are you there?' }
    await desk.as.nora.post(`/tickets/${id}/comments`, said)
    await desk.as.nora.put(`/tickets/${id}/priority`, { priority: 'urgent' })
    await context.setOffline(false)
    await page.locator('[data-connection=live]').waitFor({ timeout: 20_000 })
    await page.getByText('Are you there?').waitFor()
    await page.getByText('set the priority from normal to urgent').waitFor()
    expect(await page.getByLabel('Priority').inputValue()).toBe('urgent')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    // The customer wrote meanwhile, so one is asked.
    await page.getByRole('button', { name: 'Send all the same' }).click()
    await page.getByRole('button', { name: 'Send now' }).click()
    await page.getByLabel('Message of Bruno Costa').getByText('Written in a tunnel').waitFor()
    // A browser complains of every connection it loses.
    expect(troubles().filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
  })

  test('what waits to be sent goes out when the tab is closed', async () => {
    const requester = { email: 'ana@customer.test', name: 'Ana' }
    const { id } = await desk.as.bruno.post('/tickets', { subject: 'Second', text: 'a', requester })
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    await page.getByLabel('Reply', { exact: true }).fill('Sent on the way out')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await page.goto('about:blank')
    await expect
      .poll(async () => JSON.stringify(await desk.as.bruno.get(`/tickets/${id}/comments`)))
      .toContain('Sent on the way out')
  })

  test('who was signed out elsewhere is told, and finds his words again', async () => {
    const requester = { email: 'ana@customer.test', name: 'Ana' }
    const { id } = await desk.as.bruno.post('/tickets', { subject: 'Third', text: 'a', requester })
    const { page, context } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    await page.getByLabel('Reply', { exact: true }).fill('Not lost')
    await context.clearCookies()
    await page.getByLabel('Priority').selectOption('low')
    await page.getByRole('link', { name: 'Signed out' }).click()
    await page.getByLabel('Email').fill(BRUNO.email)
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`**/tickets/${id}`)
    await expect.poll(() => page.getByLabel('Reply', { exact: true }).inputValue()).toBe('Not lost')
  })
})
