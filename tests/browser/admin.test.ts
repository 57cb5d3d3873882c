import { expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { until } from '../kit/running-desk.ts'
import { liveDesk } from './live-desk.ts'
import { CARLA, letter, NORA, signIn } from './start-desk.ts'

describeWithBrowser('an admin', (browser) => {
  const desk = liveDesk()

  test('lets somebody in, promotes, and demotes', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, CARLA, '/admin/users?group=pending')
    await page.getByText('Nobody waits').waitFor()
    const person = { email: 'dora@example.org', name: 'Dora', password: 'a good long password' }
    await fetch(`${desk.url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person),
    })
    const code = await until(
      'the code',
      () => desk.mailsOf(person.email).flatMap((mail) => /^(\d{6})\r?$/m.exec(mail)?.[1] ?? [])[0],
    )
    await fetch(`${desk.url}/api/v1/auth/verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: person.email, code }),
    })
    const row = page.getByRole('row').filter({ hasText: person.email })
    await row.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('Nobody waits').waitFor()
    await page.getByRole('button', { name: 'Customers' }).click()
    await row.getByRole('button', { name: 'Promote' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click()
    await page.getByRole('button', { name: 'Staff' }).click()
    await row.getByText('agent').waitFor()
    await row.getByRole('button', { name: 'Demote' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Demote' }).click()
    await page.getByRole('button', { name: 'Everybody' }).click()
    await row.getByText('customer').waitFor()
    await row.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill(person.email)
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Dora was deleted.').waitFor()
  })

  test('releases a message that was held back into a ticket', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, CARLA, '/admin/quarantine')
    await page.getByText('Nothing is held back').waitFor()
    const headers = 'X-Spam-Flag: YES\n'
    desk.arrives(letter({ from: 'Tom <tom@example.org>', subject: 'Held', text: 'Hi', headers }))
    const row = page.getByRole('row').filter({ hasText: 'letter-' })
    await row.getByText('Why?').click()
    await row.getByRole('button', { name: 'Release' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
    await page.getByText('Nothing is held back').waitFor()
    await page.goto('/admin/inbound')
    await row.getByRole('link', { name: /^#\d+$/ }).click()
    await page.getByRole('heading', { name: 'Held' }).waitFor()
  })

  test('deletes a ticket, and brings it back', async () => {
    const made = await desk.as.carla.post('/tickets', { subject: 'Thrown away', text: 'x' })
    const { page } = await browser.open(desk.url)
    await signIn(page, CARLA, `/tickets/${made.id}`)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('was deleted.').waitFor()
    await page.goto('/tickets?is=deleted')
    const row = page.getByRole('row').filter({ hasText: 'Thrown away' })
    await row.getByRole('button', { name: 'Bring back' }).click()
    await row.waitFor({ state: 'detached' })
    expect(await desk.as.carla.get(`/tickets/${made.id}`)).toMatchObject({ subject: 'Thrown away' })
  })

  test('tests and pauses an inbox, and sees it go on', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, CARLA, '/admin/inboxes')
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    await page.getByText('IMAP works').waitFor()
    await page.getByText('SMTP works').waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.locator('h2').getByText('paused').waitFor()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
  })

  test('makes a webhook and a token, and is shown each secret once', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, CARLA, '/admin/webhooks')
    await page.getByText('No webhooks').waitFor()
    await page.getByRole('button', { name: 'New webhook' }).click()
    await page.getByLabel('Address').fill('not an address')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByRole('alert').first().waitFor()
    await page.getByLabel('Address').fill('https://hooks.example.com/postroom')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('it is never shown again').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('row').filter({ hasText: 'hooks.example.com' }).waitFor()
    await page.goto('/me')
    await page.getByLabel('What is it for?').fill('Nightly report')
    await page.getByRole('button', { name: 'Make a token' }).click()
    const token = (await page.getByText(/^pst_/).textContent()) ?? ''
    const answer = await fetch(`${desk.url}/api/v1/me`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await answer.json()).toMatchObject({ email: CARLA.email })
    await page.getByRole('button', { name: 'Revoke' }).first().waitFor()
  })

  test('reads a template, the audit log, and the numbers as a table', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, CARLA, '/admin/templates')
    await page.getByText('thank you for writing to us').waitFor()
    await page.getByLabel('Language').selectOption('de')
    await page.getByText('vielen Dank').first().waitFor()
    await page.goto('/admin/audit')
    await page.getByRole('row').nth(1).waitFor()
    await page.goto('/stats')
    const panel = page.getByRole('region', { name: 'Created and resolved' }).first()
    await panel.locator('canvas').waitFor()
    await panel.getByRole('button', { name: 'As a table' }).click()
    await panel.getByRole('row').nth(1).waitFor()
    const download = page.waitForEvent('download')
    await panel.getByRole('link', { name: 'CSV' }).click()
    expect((await download).suggestedFilename()).toBe('stats.csv')
  })

  test('agents look at people and mail, and change nothing there', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, NORA, '/admin/users')
    await page.getByRole('row').filter({ hasText: CARLA.email }).waitFor()
    expect(await page.getByRole('button', { name: 'Promote' }).count()).toBe(0)
    await page.goto('/admin/system')
    await page.getByText('There is nothing here').waitFor()
  })
})
