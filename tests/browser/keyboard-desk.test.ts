import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { until } from '../kit/running-desk.ts'
import { Keys } from './keyboard.ts'
import { liveDesk } from './live-desk.ts'
import { CARLA, signIn } from './start-desk.ts'

describeWithBrowser('an admin looks after the desk with the keyboard alone', (browser) => {
  const desk = liveDesk({ webhooks: { allow_private: ['127.0.0.1'] } })
  let hooked: Server
  let told = 0
  beforeAll(async () => {
    hooked = createServer((_, response) => {
      told += 1
      response.end('ok')
    }).listen(0, '127.0.0.1')
    await once(hooked, 'listening')
  })
  afterAll(() => hooked.close())

  test('makes a webhook, tests it, has it told again, turns it off, and deletes it', async () => {
    const url = `http://127.0.0.1:${(hooked.address() as AddressInfo).port}/hook`
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    await signIn(page, CARLA, '/admin/webhooks')
    await page.getByText('No webhooks').waitFor()
    await keys.press(button('New webhook'))
    await keys.isOn(page.getByLabel('Address'))
    await page.keyboard.type(url)
    await keys.press(button('Make it'))
    await page.getByText('it is never shown again').waitFor()
    await keys.isSomewhere()
    await keys.press(button('Done'))
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await keys.isOn(button('New webhook'))
    await keys.press(button('Test'))
    await until('the webhook to be told', () => told > 0)
    await keys.press(button('Deliveries'))
    await page.getByRole('dialog').getByRole('row').nth(1).waitFor()
    await keys.press(page.getByRole('dialog').getByRole('button', { name: 'Send again' }).first())
    await until('the webhook to be told again', () => told > 1)
    await keys.isSomewhere()
    await keys.type('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await keys.isOn(button('Deliveries'))
    await keys.press(button('Turn off'))
    await button('Turn on').waitFor()
    await keys.isOn(button('Turn on'))
    await keys.press(button('Delete'))
    await keys.confirm('Delete')
    await page.getByText('No webhooks').waitFor()
    await keys.isSomewhere()
  })

  test('looks at a template in another language, and has a test sent', async () => {
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    await signIn(page, CARLA, '/admin/templates')
    await page.getByText('thank you for writing to us').waitFor()
    await keys.choose(page.getByLabel('Language'), 'de')
    await page.getByText('vielen Dank').first().waitFor()
    await keys.isOn(page.getByLabel('Language'))
    await keys.choose(page.getByLabel('Mail'), 'reply')
    await page.waitForURL('**notice=reply**')
    await keys.isOn(page.getByLabel('Mail'))
    await keys.press(page.getByRole('button', { name: 'Source' }))
    await page.locator('pre').filter({ hasText: '{{' }).first().waitFor()
    await keys.isOn(page.getByRole('button', { name: 'Source' }))
    await keys.to(page.getByRole('button', { name: 'Send me a test' }), { back: true })
    await keys.type('Enter')
    await until('the test', () => desk.mailsOf(CARLA.email).length > 0)
    await keys.isOn(page.getByRole('button', { name: 'Send me a test' }))
  })

  test('chooses a period of the statistics, and reads a picture as a table', async () => {
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    await signIn(page, CARLA, '/stats')
    const panel = page.getByRole('region', { name: 'Created and resolved' }).first()
    await panel.locator('canvas').waitFor()
    await keys.choose(page.getByLabel('Span'), 'Last year')
    await expect.poll(() => page.getByLabel('Span').inputValue()).toBe('365')
    await keys.isOn(page.getByLabel('Span'))
    await keys.press(panel.getByRole('button', { name: 'As a table' }))
    await panel.getByRole('row').nth(1).waitFor()
    await keys.isSomewhere()
    const download = page.waitForEvent('download')
    await keys.press(panel.getByRole('link', { name: 'CSV' }))
    expect((await download).suggestedFilename()).toBe('stats.csv')
  })

  test('goes through the system, the audit log, and the jobs', async () => {
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    await signIn(page, CARLA, '/tickets')
    await keys.type('g', 'd')
    await page.getByRole('heading', { name: 'System', level: 1 }).waitFor()
    await keys.isSomewhere()
    await keys.press(page.getByRole('main').getByRole('link', { name: /^Audit log/ }))
    await page.getByRole('heading', { name: 'Audit log' }).waitFor()
    await keys.isSomewhere()
    await keys.type('g', 'd')
    await page.getByRole('heading', { name: 'System', level: 1 }).waitFor()
    await keys.press(page.getByRole('main').getByRole('link', { name: /^Jobs/ }))
    await page.getByRole('heading', { name: 'Jobs' }).waitFor()
    await keys.isSomewhere()
  })
})
