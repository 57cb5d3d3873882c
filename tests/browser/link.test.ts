import { expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { until } from '../kit/running-desk.ts'
import { linkIn } from './furnished-desk.ts'
import { liveDesk } from './live-desk.ts'
import { letter } from './start-desk.ts'
import { HOSTILE_HTML, htmlMail } from './xss-mails.ts'

describeWithBrowser('a customer with the link of a mail', (browser) => {
  const desk = liveDesk()

  test('reads the answer, writes one, sees the next come, and closes, without an account', async () => {
    const from = 'Tom Okoro <tom@example.org>'
    desk.arrives(letter({ from, subject: 'The lid is loose', text: 'It fell off.' }))
    const id = await until('the ticket', async () => {
      const { data } = await desk.as.bruno.get('/tickets')
      return data.find(({ subject }) => subject === 'The lid is loose')?.id
    })
    await desk.as.bruno.post(`/tickets/${id}/comments`, { text: 'Have you tried glue?' })
    const link = await until('the mail with the link', () =>
      desk
        .mailsOf('tom@example.org')
        .filter((mail) => mail.includes('tried glue'))
        .map(linkIn)
        .find((path) => path !== null),
    )
    const { page } = await browser.open(desk.url)
    await page.goto(link)
    await page.getByRole('heading', { name: 'The lid is loose' }).waitFor()
    await page.locator('[data-connection=live]').waitFor()
    await page.getByLabel('Message of Bruno Costa').getByText('Have you tried glue?').waitFor()
    expect(await page.content()).not.toContain('bruno@acme.test')
    const file = { name: 'lid.txt', mimeType: 'text/plain', buffer: Buffer.from('loose') }
    await page.getByLabel('Files to attach').setInputFiles(file)
    await page.getByLabel('Your answer').fill('Glue holds.')
    await page.getByText('lid.txt').waitFor()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const own = page.getByLabel('Message of Tom Okoro').filter({ hasText: 'Glue holds.' })
    const download = page.waitForEvent('download')
    await own.getByRole('link', { name: 'lid.txt' }).click()
    expect((await download).suggestedFilename()).toBe('lid.txt')
    await desk.as.bruno.post(`/tickets/${id}/comments`, { text: 'Glad to hear it.' })
    await page.getByText('Glad to hear it.').waitFor()
    await page.getByRole('button', { name: 'It is solved, close it' }).click()
    await page
      .locator('.pill')
      .filter({ hasText: /Closed|Resolved/ })
      .waitFor()
    expect(await desk.as.bruno.get(`/tickets/${id}`)).toMatchObject({ status_category: 'closed' })
    // It is no way in.
    await page.goto('/tickets')
    await page.waitForURL('**/sign-in?to=%2Ftickets')
  })

  test('sees the formatting of a mail in its frame, where nothing runs', async () => {
    const from = 'Ana Ferreira <ana@customer.test>'
    const first = letter({ from, subject: 'With colours', text: 'See below.' })
    const inReplyTo = /Message-ID: <([^>]+)>/.exec(first)?.[1] ?? ''
    desk.arrives(first)
    const id = await until('the ticket', async () => {
      const { data } = await desk.as.bruno.get('/tickets')
      return data.find(({ subject }) => subject === 'With colours')?.id
    })
    const html = `<b>Bold</b>${HOSTILE_HTML.slice(0, 3).join('')}`
    desk.arrives(htmlMail({ html, id: 'colours@customer.test', inReplyTo }))
    await until('the second mail', async () => {
      const { data } = await desk.as.bruno.get(`/tickets/${id}/comments`)
      return data.length === 2
    })
    await desk.as.bruno.post(`/tickets/${id}/comments`, { text: 'What a mail.' })
    const link = await until('the mail with the link', () =>
      desk
        .mailsOf('ana@customer.test')
        .filter((mail) => mail.includes('What a mail'))
        .map(linkIn)
        .find((path) => path !== null),
    )
    const { page } = await browser.open(desk.url)
    await page.goto(link)
    await page.getByRole('button', { name: 'Show original formatting' }).click()
    await page.frameLocator('iframe').getByText('The end.').waitFor()
    for (const frame of page.frames()) {
      expect(await frame.evaluate('typeof window.hit').catch(() => 'undefined')).toBe('undefined')
    }
  })

  test('is told so when it leads nowhere', async () => {
    const { page } = await browser.open(desk.url)
    await page.goto('/t/aebagcuaqbvxw3dpojswc5dpoi')
    await page.getByText('This link leads nowhere any more').waitFor()
  })
})
