import { expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { until } from '../kit/running-desk.ts'
import { liveDesk } from './live-desk.ts'
import { ANA, letter, signIn } from './start-desk.ts'

describeWithBrowser('a customer in the portal', (browser) => {
  const desk = liveDesk()

  test('asks, reads the answer as it comes, replies, and closes', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, ANA)
    await page.getByText('Nothing here').waitFor()
    await page.getByRole('main').getByRole('link', { name: 'New request', exact: true }).click()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Is required unless there are fields.').first().waitFor()
    await page.getByLabel('Subject').fill('The lid is broken')
    await page.getByLabel('What can we do for you?').fill('It came like that.')
    await page.getByLabel('Priority').selectOption('high')
    await page.getByLabel('Category').selectOption('Hardware')
    const file = { name: 'lid.txt', mimeType: 'text/plain', buffer: Buffer.from('broken') }
    await page.getByLabel('Attach files').setInputFiles(file)
    await page.getByText('lid.txt').waitFor()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('heading', { name: 'The lid is broken' }).waitFor()
    await page.getByRole('link', { name: 'lid.txt' }).waitFor()
    const id = Number(new URL(page.url()).pathname.split('/')[2])
    expect(await desk.as.bruno.get(`/tickets/${id}`)).toMatchObject({
      priority: 'high',
      category: 'Hardware',
      requester: { email: ANA.email },
    })

    const secret = { visibility: 'internal', text: 'She breaks everything.' }
    await desk.as.bruno.post(`/tickets/${id}/comments`, secret)
    await desk.as.bruno.post(`/tickets/${id}/comments`, { text: 'A new one is on its way.' })
    await page.getByText('A new one is on its way.').waitFor()
    await page.getByText('Waiting for you').waitFor()
    expect(await page.getByText('breaks everything').count()).toBe(0)
    expect(await page.content()).not.toContain('bruno@acme.test')
    await page.getByLabel('Your answer').fill('Thank you!')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByLabel('Message of Ana Ferreira').getByText('Thank you!').waitFor()
    await page.getByRole('button', { name: 'It is solved, close it' }).click()
    await page.locator('.pill').filter({ hasText: 'Closed' }).waitFor()
    await page.getByRole('link', { name: 'My requests' }).first().click()
    await page.getByRole('button', { name: '1 Closed' }).waitFor()
  })

  test('deletes a request of his own', async () => {
    const { id } = await desk.as.ana.post('/tickets', { subject: 'A mistake', text: 'Sorry.' })
    const { page } = await browser.open(desk.url)
    await signIn(page, ANA, `/tickets/${id}`)
    await page.getByRole('button', { name: 'Delete this request' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.waitForURL('**/tickets')
    await expect(desk.as.ana.get(`/tickets/${id}`)).rejects.toThrow('404')
  })

  test('sees nothing of others, and no page of the desk', async () => {
    desk.arrives(letter({ from: 'Tom <tom@example.org>', subject: 'Secret', text: 'Psst.' }))
    const id = await until('a ticket', async () => {
      const { data } = await desk.as.bruno.get('/tickets')
      return data.find(({ subject }) => subject === 'Secret')?.id
    })
    const { page } = await browser.open(desk.url)
    await signIn(page, ANA, `/tickets/${id}`)
    await page.getByText('There is no such thing here.').waitFor()
    for (const path of ['/stats', '/admin/users', '/admin/system']) {
      await page.goto(path)
      await page.getByText('There is nothing here').waitFor()
    }
  })

  test('what is being written survives a closed tab, and goes out once', async () => {
    const { id } = await desk.as.ana.post('/tickets', { subject: 'A long story', text: 'Once…' })
    const { page, context } = await browser.open(desk.url)
    await signIn(page, ANA, `/tickets/${id}`)
    await page.getByLabel('Your answer').fill('It all began in')
    await page.close()
    const again = await context.newPage()
    await again.goto(`/tickets/${id}`)
    await expect.poll(() => again.getByLabel('Your answer').inputValue()).toBe('It all began in')
  })
})
