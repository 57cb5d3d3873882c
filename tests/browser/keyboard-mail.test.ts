import { expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { until } from '../kit/running-desk.ts'
import { Keys } from './keyboard.ts'
import { liveDesk } from './live-desk.ts'
import { CARLA, letter, signIn } from './start-desk.ts'

describeWithBrowser('an admin looks after mail with the keyboard alone', (browser) => {
  const desk = liveDesk({
    acknowledgement: { delay: '1h', budget: { total: '2/h' } },
    inbox: { authserv_id: 'mx.acme.test' },
  })

  const spam = (name: string): void =>
    desk.arrives(
      letter({
        from: `${name} <${name.toLowerCase()}@example.org>`,
        subject: `Buy of ${name}`,
        text: 'Now!',
        headers: 'X-Spam-Flag: YES\n',
      }),
    )

  test('tests an inbox, has it looked through, pauses it, and lets it go on', async () => {
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    await signIn(page, CARLA, '/admin/inboxes')
    await keys.press(button('Test'))
    await page.getByText('IMAP works').waitFor()
    await keys.isOn(button('Test'))
    await keys.press(button('Look through'))
    await page.getByText('The whole folder is compared.').waitFor()
    await keys.press(button('Pause'))
    await page.locator('h2').getByText('paused').waitFor()
    await keys.isOn(button('Go on'))
    await keys.type('Enter')
    await button('Pause').waitFor()
    await keys.isOn(button('Pause'))
  })

  test('releases what was held back, discards some, blocks a sender, and looks in the ledger', async () => {
    spam('Tom')
    spam('Kim')
    spam('Pat')
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    await signIn(page, CARLA, '/admin/quarantine')
    const row = (who: string) => page.getByRole('row').filter({ hasText: `${who}@example.org` })
    const order = (who: string, name: string) => row(who).getByRole('button', { name, exact: true })
    await row('tom').waitFor()
    await row('kim').waitFor()
    await row('pat').waitFor()
    await keys.to(row('tom').getByText('Why?'))
    await keys.type('Enter')
    await row('tom').getByRole('listitem').first().waitFor()
    await keys.press(order('tom', 'Release'))
    const dialog = page.getByRole('dialog', { name: 'Release this message' })
    await keys.press(dialog.getByRole('button', { name: 'Release' }))
    await row('tom').waitFor({ state: 'detached' })
    await keys.isSomewhere()
    await keys.to(order('kim', 'Discard'))
    await keys.type('Enter')
    await keys.confirm('Discard')
    await row('kim').waitFor({ state: 'detached' })
    await keys.isSomewhere()
    await keys.press(order('pat', 'Block the sender'))
    await keys.confirm('Block')
    await page.getByText('Nothing is held back').waitFor()
    await keys.isSomewhere()
    const { data } = await desk.as.carla.get('/blocked-senders')
    expect(data.map(({ sender }) => sender)).toEqual(['pat@example.org'])

    await keys.to(page.getByRole('link', { name: 'Incoming mail' }), { back: true })
    await keys.type('Enter')
    await page.getByRole('heading', { name: 'Incoming mail' }).waitFor()
    await keys.isSomewhere()
    const [held] = (await desk.as.carla.get('/inbound?fate=ticket')).data
    await keys.write(page.getByLabel('Find by Message-ID'), String(held?.['message_id']))
    await keys.type('Enter')
    await row('kim').waitFor({ state: 'detached' })
    await keys.press(row('tom').getByRole('link', { name: /^#\d+$/ }))
    await page.getByRole('heading', { name: 'Buy of Tom' }).waitFor()
    await keys.isSomewhere()
  })

  test('sends a mail once more, discards one, and lets one go that was held', async () => {
    const headers = 'Authentication-Results: mx.acme.test; dmarc=pass header.from=example.org\n'
    for (const name of ['lena', 'omar', 'kenji']) {
      const from = `${name} <${name}@example.org>`
      desk.arrives(letter({ from, subject: `Help ${name}`, text: 'Please.', headers }))
      await until(`the acknowledgement for ${name}`, async () => {
        const { data } = await desk.as.carla.get('/outbox')
        return data.some(({ to }) => to === `${name}@example.org`)
      })
    }
    const refusal = { at: 'rcpt', line: /lost@/, do: 'reply', with: '550 5.1.1 Nobody' } as const
    desk.world.smtp.faults.add(refusal)
    const requester = { email: 'lost@example.org' }
    const made = await desk.as.carla.post('/tickets', { subject: 'Lost', text: 'x', requester })
    await desk.as.carla.post(`/tickets/${made.id}/comments`, { text: 'Hello?' })
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    await signIn(page, CARLA, '/admin/outbox')
    const tab = (name: string) => page.getByRole('button', { name, exact: true })
    const row = (who: string) => page.getByRole('row').filter({ hasText: who })
    await keys.press(tab('Failed'))
    await keys.press(row('lost').getByRole('button', { name: 'Retry' }))
    await row('lost').waitFor({ state: 'detached' })
    await keys.isSomewhere()
    await until('it arrives', () => desk.mailsOf('lost@example.org').join().includes('Hello?'))
    await keys.to(tab('Queued'), { back: true })
    await keys.type('Enter')
    await row('lena').waitFor()
    // Nothing is offered that the API refuses.
    expect(await row('lena').getByRole('button').allTextContents()).toEqual(['Discard'])
    await keys.press(row('lena').getByRole('button', { name: 'Discard' }))
    await row('lena').waitFor({ state: 'detached' })
    await keys.isSomewhere()
    await keys.to(tab('Held'), { back: true })
    await keys.type('Enter')
    await keys.press(row('kenji').getByRole('button', { name: 'Release' }))
    await row('kenji').waitFor({ state: 'detached' })
    await keys.isSomewhere()
  })

  test('says who gets no automatic mail and who is not heard, and takes it back', async () => {
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    await signIn(page, CARLA, '/admin/senders')
    await keys.write(page.getByLabel('Address', { exact: true }), 'noisy@example.org')
    await keys.type('Enter')
    const noisy = page.getByRole('row').filter({ hasText: 'noisy@example.org' })
    await noisy.waitFor()
    await keys.isOn(page.getByLabel('Address', { exact: true }))
    await keys.press(noisy.getByRole('button', { name: 'Send again' }))
    await noisy.waitFor({ state: 'detached' })
    await keys.isSomewhere()
    await keys.write(page.getByLabel('Sender', { exact: true }), '@spam.test')
    await keys.type('Enter')
    const blocked = page.getByRole('row').filter({ hasText: '@spam.test' })
    await keys.press(blocked.getByRole('button', { name: 'Unblock' }))
    await blocked.waitFor({ state: 'detached' })
    await keys.isSomewhere()
  })
})
