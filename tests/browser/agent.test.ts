import { expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { until } from '../kit/running-desk.ts'
import { liveDesk } from './live-desk.ts'
import { BRUNO, letter, NORA, signIn } from './start-desk.ts'

const ANA = 'Ana Ferreira <ana@customer.test>'

describeWithBrowser('an agent at the desk', (browser) => {
  const desk = liveDesk()

  const newTicket = async (subject: string, text = 'Please help.'): Promise<number> => {
    desk.arrives(letter({ from: ANA, subject, text }))
    return until(`a ticket about ${subject}`, async () => {
      const body = await desk.as.bruno.get('/tickets?limit=20')
      return body.data.find((one) => one['subject'] === subject)?.id
    })
  }

  test('mail appears in the open list by itself, and the counts with it', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO)
    await page.getByText('All done').waitFor()
    await page.evaluate('window.sameDocument = true')
    desk.arrives(letter({ from: ANA, subject: 'The printer is on fire', text: 'Flames!' }))
    await page.getByRole('link', { name: 'The printer is on fire' }).waitFor()
    expect(await page.evaluate('window.sameDocument')).toBe(true)
    await page.getByRole('link', { name: 'Unassigned 1' }).waitFor()
  })

  test('windows of one browser share a stream, and the next one goes on when one closes', async () => {
    const { page, context } = await browser.open(desk.url)
    let streams = 0
    context.on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/v1/events') streams += 1
    })
    await signIn(page, BRUNO)
    const other = await context.newPage()
    await other.goto('/tickets')
    await other.locator('[data-connection=live]').waitFor()
    await newTicket('Seen in both')
    for (const one of [page, other]) await one.getByRole('link', { name: 'Seen in both' }).waitFor()
    expect(streams).toBe(1)
    await page.close()
    await newTicket('Seen in the one that is left')
    await other.getByRole('link', { name: 'Seen in the one that is left' }).waitFor()
    expect(streams).toBe(2)
  })

  test('what is begun on one device goes on on another, and nothing is overwritten', async () => {
    const id = await newTicket('A long answer')
    const first = await browser.open(desk.url)
    await signIn(first.page, BRUNO, `/tickets/${id}`)
    const reply = first.page.getByLabel('Reply', { exact: true })
    await reply.fill('It is because of')
    await first.page.getByText('Draft saved').waitFor()
    const second = await browser.open(desk.url)
    await signIn(second.page, BRUNO, `/tickets/${id}`)
    const same = second.page.getByLabel('Reply', { exact: true })
    await expect.poll(() => same.inputValue()).toBe('It is because of')
    await same.fill('It is because of the cable.')
    await second.page.getByText('Draft saved').waitFor()
    // The first device does not know that yet, and goes on, too.
    await reply.fill('It is because of the weather.')
    await first.page.getByText('You wrote another draft').waitFor()
    expect(await reply.inputValue()).toBe('It is because of the weather.')
    await first.page.getByRole('button', { name: 'Use that one' }).click()
    expect(await reply.inputValue()).toBe('It is because of the cable.')
  })

  test('messages are split off into a ticket of their own', async () => {
    const id = await newTicket('Two things')
    const said = { author: { email: 'ana@customer.test' }, text: 'And my lamp is broken.' }
    await desk.as.nora.post(`/tickets/${id}/comments`, said)
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    await page.getByLabel('More about this message').first().click()
    await page.getByRole('button', { name: 'Why is this mail here?' }).click()
    await page.getByRole('dialog').getByText('Taken for mail of: person').waitFor()
    await page.getByRole('dialog').getByText('Nothing in it.').waitFor()
    await page.keyboard.press('Escape')
    const card = page.getByLabel('Message of Ana Ferreira').filter({ hasText: 'lamp' })
    await card.getByLabel('More about this message').click()
    await card.getByRole('button', { name: 'Move to a new ticket' }).click()
    await page.getByLabel('Subject of the new ticket').fill('The lamp')
    await page.getByRole('button', { name: 'Make a new ticket' }).click()
    await page.getByRole('heading', { name: 'The lamp' }).waitFor()
    await page.getByText('And my lamp is broken.').waitFor()
    await page.goto(`/tickets/${id}`)
    await page.getByText('moved messages to #').waitFor()
  })

  test('a note is corrected, and the requester of a ticket, too', async () => {
    const id = await newTicket('Whose is it?')
    await desk.as.bruno.post(`/tickets/${id}/comments`, { visibility: 'internal', text: 'Tpyo' })
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    const note = page.locator('[data-visibility=internal]')
    await note.getByLabel('More about this message').click()
    await note.getByRole('button', { name: 'Correct this note' }).click()
    await page.getByRole('dialog').getByLabel('Note').fill('Typo')
    await page.getByRole('button', { name: 'Save' }).click()
    await note.getByText('Typo').waitFor()
    await page.getByRole('button', { name: 'Correct', exact: true }).click()
    await page.getByLabel('Email of the requester').fill('bruno@acme.test')
    await page.getByRole('button', { name: 'Correct it' }).click()
    await page.getByText('belongs to an agent').waitFor()
    await page.getByLabel('Email of the requester').fill('lena@example.org')
    await page.getByRole('button', { name: 'Correct it' }).click()
    await page.getByLabel('Details').getByText('lena@example.org').first().waitFor()
    expect(await desk.as.bruno.get(`/tickets/${id}`)).toMatchObject({
      requester: { email: 'lena@example.org' },
    })
  })

  test('an answer written in the browser reaches the customer, and can be taken back before', async () => {
    const id = await newTicket('Where is my order?')
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    await page.getByLabel('Reply', { exact: true }).fill('It leaves today.')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    expect(await page.getByLabel('Reply', { exact: true }).inputValue()).toBe('It leaves today.')
    await page.getByLabel('Reply', { exact: true }).press('Control+Enter')
    await page.getByRole('button', { name: 'Send now' }).click()
    await page.getByLabel('Message of Bruno Costa').getByText('It leaves today.').waitFor()
    await page.locator('[data-outcome=sent]').waitFor()
    const mail = await until('the answer at Ana', () =>
      desk.mailsOf('ana@customer.test').find((text) => text.includes('It leaves today.')),
    )
    expect(mail).toMatch(/^Subject: Re: Where is my order\?/m)
    await page.getByLabel('Details').getByLabel('Status').and(page.locator('select')).waitFor()
    expect(await page.getByLabel('Status').inputValue()).toBe('pending')
  })

  test('a note is marked as one, and is mailed to nobody', async () => {
    const id = await newTicket('About the contract')
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    await page.getByRole('button', { name: 'Note', exact: true }).click()
    await page
      .getByLabel('Note', { exact: true })
      .and(page.locator('textarea'))
      .fill('She is a VIP.')
    await page.getByRole('button', { name: 'Add note' }).click()
    const note = page.locator('[data-visibility=internal]')
    await note.getByText('She is a VIP.').waitFor()
    await note.getByText('never sent to the customer').waitFor()
    expect(desk.mailsOf('ana@customer.test').join()).not.toContain('VIP')
  })

  test('a file goes along with an answer', async () => {
    const id = await newTicket('Send me the manual')
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    const file = {
      name: 'Manual (v2) ü.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('Read me'),
    }
    await page.getByLabel('Files to attach').setInputFiles(file)
    await page.getByRole('list', { name: 'Files to send' }).getByText(file.name).waitFor()
    await page.getByLabel('Reply', { exact: true }).fill('Here it is.')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByRole('button', { name: 'Send now' }).click()
    const link = page.getByLabel('Message of Bruno Costa').getByRole('link', { name: file.name })
    const download = page.waitForEvent('download')
    await link.click()
    expect((await download).suggestedFilename()).toBe(file.name)
  })

  test('a ready answer is filled in, and what was written can be kept as one', async () => {
    const id = await newTicket('Opening hours?')
    const text = 'Dear {{ requester.first_name }}, from nine to five.'
    await desk.as.nora.post('/canned-replies', { name: 'Hours', text })
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    await page.getByLabel('Ready answers').selectOption('Hours')
    const reply = page.getByLabel('Reply', { exact: true })
    await expect.poll(() => reply.inputValue()).toBe('Dear Ana, from nine to five.')
    await reply.fill('We are closed on Sundays.')
    await page.getByLabel('Ready answers').selectOption('Keep this text…')
    await page.getByLabel('Name of this answer').fill('Closed on Sundays')
    await page.getByRole('button', { name: 'Keep it' }).click()
    await page.getByText('It is kept.').waitFor()
    await page.getByRole('option', { name: 'Closed on Sundays' }).waitFor({ state: 'attached' })
  })

  test('two agents see each other, and what the other one changes', async () => {
    const id = await newTicket('One problem, two helpers')
    const bruno = await browser.open(desk.url)
    await signIn(bruno.page, BRUNO, `/tickets/${id}`)
    const nora = await browser.open(desk.url)
    await signIn(nora.page, NORA, `/tickets/${id}`)
    await bruno.page.getByText('Nora Lindqvist is looking at this').waitFor()
    await nora.page.getByLabel('Reply', { exact: true }).fill('I am on it')
    await bruno.page.getByText('Nora Lindqvist is writing').waitFor()
    await bruno.page.getByLabel('Priority').selectOption('high')
    await nora.page.getByText('Bruno Costa set the priority from normal to high').waitFor()
    expect(await nora.page.getByLabel('Priority').inputValue()).toBe('high')
    await bruno.page.getByRole('button', { name: 'Take' }).click()
    await bruno.page.getByRole('button', { name: 'Put back' }).waitFor()
    await nora.page.getByRole('button', { name: 'Take' }).click()
    await nora.page.getByText('Bruno Costa is in charge of this ticket.').waitFor()
    await nora.page.getByRole('button', { name: 'Cancel' }).click()
  })

  test('who writes is told when the customer writes again meanwhile', async () => {
    const id = await newTicket('It does not start')
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    await page.getByLabel('Reply', { exact: true }).fill('Have you tried')
    const said = { author: { email: 'ana@customer.test' }, text: 'It starts now, thank you!' }
    await desk.as.nora.post(`/tickets/${id}/comments`, said)
    await page.getByText('It starts now, thank you!').waitFor()
    await page.getByText('New message above').waitFor()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('Read the new message first?').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect(await page.getByLabel('Reply', { exact: true }).inputValue()).toBe('Have you tried')
  })

  test('a change of what somebody else has just changed is asked about', async () => {
    const id = await newTicket('Two opinions')
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, `/tickets/${id}`)
    await page.getByLabel('Priority').waitFor()
    // The page hears of it too late.
    await page.route('**/api/v1/tickets/*', (route) =>
      route.request().method() === 'GET' ? route.abort() : route.continue(),
    )
    await desk.as.nora.put(`/tickets/${id}/priority`, { priority: 'low' })
    await page.getByLabel('Priority').selectOption('urgent')
    await page.getByText('priority: now low, you want urgent').waitFor()
    await page.unroute('**/api/v1/tickets/*')
    await page.getByRole('button', { name: 'Use mine' }).click()
    await until('the change', async () => {
      const body = await desk.as.bruno.get(`/tickets/${id}`)
      return body['priority'] === 'urgent'
    })
  })

  test('several tickets are changed at once', async () => {
    await newTicket('Bulk one')
    await newTicket('Bulk two')
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, '/tickets?q=Bulk')
    for (const name of ['Bulk one', 'Bulk two']) {
      await page.getByRole('row').filter({ hasText: name }).getByRole('checkbox').check()
    }
    const bar = page.getByRole('region', { name: 'Selected tickets' })
    await bar.getByText('2 selected').waitFor()
    await bar.getByLabel('Priority').selectOption('high')
    await page.getByText('2 changed.').waitFor()
    const body = await desk.as.bruno.get('/tickets?q=Bulk')
    expect(body.data.map((one) => one['priority'])).toEqual(['high', 'high'])
  })

  test('a filter stands in the address, and can be kept as a view', async () => {
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO, '/tickets?is=all')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByLabel('Priority').selectOption('high')
    await page.waitForURL('**/tickets?is=all&priority=high')
    await page.getByRole('link', { name: 'Bulk one' }).waitFor()
    expect(await page.getByRole('link', { name: 'The printer is on fire' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Save as a view' }).click()
    await page.getByLabel('Name of this view').fill('Important')
    await page.getByRole('button', { name: 'Save it' }).click()
    await page.goto('/tickets')
    await page.getByRole('link', { name: 'Important' }).click()
    await page.waitForURL('**/tickets?is=all&priority=high')
  })
})
