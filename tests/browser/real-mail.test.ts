/** The whole way, on servers as they are used: Dovecot, Exim, the daemon, Chromium. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { builtDashboard } from '../kit/built-dashboard.ts'
import { headerIn, type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { freePort } from '../kit/ports.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { linkIn } from './furnished-desk.ts'
import { ANA, BRUNO, clientOf, letter, signIn, SUPPORT } from './start-desk.ts'

describeWithMailServers('on real mail servers', () => {
  describeWithBrowser('a conversation between mail and browser', (browser) => {
    const scratch = scratchDirectories('browser-mail')
    let servers: MailServers
    let desk: JourneyDesk

    beforeAll(async () => {
      servers = await startMailServers({ users: [SUPPORT, BRUNO.email, ANA.email] })
      const port = await freePort()
      desk = await startJourneyDesk(servers, {
        address: SUPPORT,
        dataDir: scratch.make(),
        dashboard: builtDashboard(),
        listen: `127.0.0.1:${port}`,
        public_url: `http://127.0.0.1:${port}`,
      })
      await clientOf(desk.daemon, BRUNO)
    })

    afterAll(async () => {
      await desk?.stop()
      await servers?.stop()
    })

    test('mail comes into the open list, the answer leaves for the mailbox, its link leads back', async () => {
      const { page } = await browser.open(desk.daemon.url)
      await signIn(page, BRUNO)
      await page.getByText('All done').waitFor()
      await page.evaluate('window.sameDocument = true')
      const mail = letter({
        from: `Ana Ferreira <${ANA.email}>`,
        subject: 'The boiler drips',
        text: 'Drip, drip.',
      })
      await servers.deliver(mail.replace(/\r?\n/g, '\r\n'), SUPPORT, ANA.email)
      await page.getByRole('link', { name: 'The boiler drips' }).waitFor()
      expect(await page.evaluate('window.sameDocument')).toBe(true)

      await page.getByRole('link', { name: 'The boiler drips' }).click()
      await page.getByLabel('Reply', { exact: true }).fill('Tighten the valve.')
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await page.getByRole('button', { name: 'Send now' }).click()
      await page.locator('[data-outcome=sent]').waitFor()
      const mails = await servers.mailbox(ANA.email).untilMessages(2)
      const answer = mails.find((one) => one.includes('Tighten the valve.'))
      expect(headerIn(answer, 'Subject')).toBe('Re: The boiler drips')

      const customer = await browser.open(desk.daemon.url)
      await customer.page.goto(linkIn(String(answer)) ?? '')
      await customer.page.getByText('Tighten the valve.').waitFor()
      await customer.page.getByLabel('Your answer').fill('It is dry now.')
      await customer.page.getByRole('button', { name: 'Send', exact: true }).click()
      await page.getByLabel('Message of Ana Ferreira').getByText('It is dry now.').waitFor()
    })
  })
})
