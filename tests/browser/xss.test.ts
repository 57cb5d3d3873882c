import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { until } from '../kit/running-desk.ts'
import { liveDesk } from './live-desk.ts'
import { ANA, BRUNO, letter, NORA, signIn } from './start-desk.ts'
import { HOSTILE_HTML, HOSTILE_TEXTS, htmlMail, namedMail, utf7Mail } from './xss-mails.ts'

/** Everything that ran anywhere on the page. */
async function hits(page: Page): Promise<unknown[]> {
  const results = await Promise.all(
    page
      .frames()
      .map((frame) => frame.evaluate('typeof window.hit === "number"').catch(() => false)),
  )
  return results.filter((hit) => hit === true)
}

describeWithBrowser('hostile mail', (browser) => {
  const desk = liveDesk({ flood: 'unlimited' })

  test(`${HOSTILE_HTML.length} payloads in HTML run nothing, and ask nobody`, async () => {
    expect(HOSTILE_HTML.length).toBeGreaterThan(60)
    const first = letter({ from: 'Ana <ana@customer.test>', subject: 'Hello', text: 'Hello' })
    const inReplyTo = /Message-ID: <([^>]+)>/.exec(first)?.[1] ?? ''
    desk.arrives(first)
    const id = await until(
      'the ticket',
      async () => (await desk.as.bruno.get('/tickets')).data[0]?.id,
    )
    for (const [index, html] of HOSTILE_HTML.entries()) {
      desk.arrives(htmlMail({ html, id: `evil-${index}@customer.test`, inReplyTo }))
    }
    desk.arrives(utf7Mail('evil-utf7@customer.test', inReplyTo))
    const count = HOSTILE_HTML.length + 2
    await until(
      'all of it',
      async () => {
        const { data } = await desk.as.bruno.get(`/tickets/${id}/comments?limit=200`)
        return data.length === count
      },
      200,
    )
    for (const login of [BRUNO, ANA]) {
      const { page, troubles, context } = await browser.open(desk.url)
      const dialogs: string[] = []
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message())
        void dialog.dismiss()
      })
      await signIn(page, login, `/tickets/${id}`)
      await page.getByText('The end.').first().waitFor()
      const buttons = page.getByRole('button', { name: 'Show original formatting' })
      const shown = await buttons.count()
      expect(shown).toBeGreaterThan(60)
      for (let left = shown; left > 0; left -= 1) await buttons.first().click()
      await expect.poll(() => page.frames().length, { timeout: 20_000 }).toBe(shown + 1)
      await page.frameLocator('iframe').last().getByText('The end.').waitFor()
      await page.waitForTimeout(1_000)
      expect(dialogs).toEqual([])
      expect(await hits(page)).toEqual([])
      // That a frame refused something is what it is there for.
      expect(troubles().filter((text) => text.startsWith('left the origin'))).toEqual([])
      await context.close()
    }
  }, 120_000)

  test('names, subjects and file names are text, wherever they stand', async () => {
    for (const [index, text] of HOSTILE_TEXTS.entries()) desk.arrives(namedMail(text, index))
    const tickets = await until('their tickets', async () => {
      const { data } = await desk.as.bruno.get('/tickets?requester=n0@example.org')
      const all = await desk.as.bruno.get('/tickets')
      return data.length > 0 && all.data.length > HOSTILE_TEXTS.length ? all.data : null
    })
    const { page } = await browser.open(desk.url)
    await signIn(page, NORA)
    await page.getByText('<script>window.hit=1').first().waitFor()
    for (const { id, subject } of tickets.filter((one) => /^\d /.test(String(one['subject'])))) {
      await page.goto(`/tickets/${id}`)
      await page.getByRole('heading', { level: 1 }).getByText(String(subject)).waitFor()
    }
    await page.goto('/admin/users')
    await page.getByText('onerror=window.hit=1').first().waitFor()
    expect(await hits(page)).toEqual([])
  }, 60_000)

  test('the document of a mail is inert, whoever opens it', async () => {
    const { data } = await desk.as.bruno.get('/tickets?requester=ana@customer.test')
    const comments = await desk.as.bruno.get(`/tickets/${data[0]?.id}/comments?limit=200`)
    const formatted = comments.data.find(({ html }) => html !== null)
    const { page } = await browser.open(desk.url)
    await signIn(page, BRUNO)
    const answer = await page.goto(`/api/v1/comments/${formatted?.id}/page`)
    const policy = answer?.headers()['content-security-policy'] ?? ''
    for (const rule of ["default-src 'none'", 'sandbox', "form-action 'none'"]) {
      expect(policy).toContain(rule)
    }
    expect(policy).not.toContain('allow-scripts')
    expect(policy).not.toContain('allow-same-origin')
    expect(await page.evaluate('self.origin')).toBe('null')
  })
})
