import { expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { Keys } from './keyboard.ts'
import { liveDesk } from './live-desk.ts'
import { ANA, signIn } from './start-desk.ts'

describeWithBrowser('a customer with the keyboard alone', (browser) => {
  const desk = liveDesk()

  test('asks with a file, replies, and closes', async () => {
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    await signIn(page, ANA)
    await keys.isSomewhere()
    await keys.press(page.getByRole('main').getByRole('link', { name: 'New request', exact: true }))
    await page.getByRole('heading', { name: 'New request' }).waitFor()
    await keys.isSomewhere()
    await keys.press(button('Send'))
    await page.getByText('Is required unless there are fields.').first().waitFor()
    await keys.isSomewhere()
    await keys.to(page.getByLabel('Subject'), { back: true })
    await keys.write(page.getByLabel('Subject'), 'By keys')
    await keys.write(page.getByLabel('What can we do for you?'), 'No mouse here.')
    await keys.choose(page.getByLabel('Priority'), 'High')
    await keys.choose(page.getByLabel('Category'), 'Software')
    // As far as a page sees it: the window with the files is the system's own.
    const chooser = page.waitForEvent('filechooser')
    await keys.press(page.getByLabel('Attach files'))
    const file = { name: 'lid.txt', mimeType: 'text/plain', buffer: Buffer.from('broken') }
    await (await chooser).setFiles([file, { ...file, name: 'second.txt' }])
    await page.getByText('second.txt').waitFor()
    await keys.press(button('Remove second.txt'))
    await page.getByText('second.txt').waitFor({ state: 'detached' })
    await keys.isSomewhere()
    await keys.press(button('Send'))
    await page.getByRole('heading', { name: 'By keys' }).waitFor()
    await keys.isSomewhere()
    await page.getByRole('link', { name: 'lid.txt' }).waitFor()
    const id = Number(new URL(page.url()).pathname.split('/')[2])
    expect(await desk.as.bruno.get(`/tickets/${id}`)).toMatchObject({
      priority: 'high',
      category: 'Software',
    })

    await keys.write(page.getByLabel('Your answer'), 'One thing more.')
    await keys.press(button('Send'))
    await page.getByLabel('Message of Ana Ferreira').getByText('One thing more.').waitFor()
    await keys.isOn(page.getByLabel('Your answer'))
    await keys.press(button('It is solved, close it'))
    await page.locator('.pill').filter({ hasText: 'Closed' }).waitFor()
    await keys.isSomewhere()
    await keys.to(page.getByRole('link', { name: 'My requests' }).first(), { back: true })
    await keys.type('Enter')
    await keys.press(button('1 Closed'))
    await page.getByRole('link', { name: 'By keys' }).waitFor()
    await keys.isSomewhere()
  })

  test('deletes a request of his own, or thinks better of it', async () => {
    const { id } = await desk.as.ana.post('/tickets', { subject: 'A mistake', text: 'Sorry.' })
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    await signIn(page, ANA, `/tickets/${id}`)
    const erase = page.getByRole('button', { name: 'Delete this request' })
    await keys.press(erase)
    await page.getByRole('dialog').waitFor()
    await keys.type('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await keys.isOn(erase)
    await keys.type('Enter')
    await keys.confirm('Delete')
    await page.waitForURL('**/tickets')
    await keys.isSomewhere()
    await expect(desk.as.ana.get(`/tickets/${id}`)).rejects.toThrow('404')
  })
})
