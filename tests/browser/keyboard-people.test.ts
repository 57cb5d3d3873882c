import { expect, test } from 'vitest'
import { describeWithBrowser } from '../kit/browser.ts'
import { Keys } from './keyboard.ts'
import { liveDesk } from './live-desk.ts'
import { until } from '../kit/running-desk.ts'
import { CARLA, type LiveDesk, signIn } from './start-desk.ts'

/** Somebody asks for an account, and proves the address. */
async function register(desk: LiveDesk, name: string): Promise<string> {
  const email = `${name.toLowerCase()}@example.org`
  const post = (route: string, body: object): Promise<Response> =>
    fetch(`${desk.url}/api/v1/auth/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  await post('register', { email, name, password: 'a good long password' })
  const code = await until(
    'the code',
    () => desk.mailsOf(email).flatMap((mail) => /^(\d{6})\r?$/m.exec(mail)?.[1] ?? [])[0],
  )
  await post('verify', { email, code })
  return email
}

/** A window that is in the page and not open yet can be seen, and takes no keys. */
const NOTE_HOW_DIALOGS_COME = `
  window.dialogsCame = []
  new MutationObserver((changes) => {
    for (const one of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (one.tagName === 'DIALOG') window.dialogsCame.push(one.open ? 'open' : 'not open yet')
    }
  }).observe(document.body, { childList: true, subtree: true })`

describeWithBrowser('an admin among people with the keyboard alone', (browser) => {
  const desk = liveDesk()

  test('lets in, turns away, promotes, demotes, disables, enables, and deletes', async ({
    task,
  }) => {
    // Each try has people of its own.
    const nth = task.result?.retryCount ?? 0
    const [doraName, egonName] = [`Dora${nth}`, `Egon${nth}`]
    const dora = await register(desk, doraName)
    await register(desk, egonName)
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    await signIn(page, CARLA, '/admin/users?group=pending')
    const order = (who: string, name: string) =>
      page.getByRole('row').filter({ hasText: who }).getByRole('button', { name, exact: true })
    const group = (name: string) => page.getByRole('button', { name, exact: true })
    await keys.press(order(egonName, 'Reject'))
    await keys.confirm('Reject')
    await page.getByRole('row').filter({ hasText: egonName }).waitFor({ state: 'detached' })
    // The next one has come up.
    await keys.isOn(order(doraName, 'Reject'))
    await keys.to(order(doraName, 'Approve'), { back: true })
    await keys.type('Enter')
    await page.getByText('Nobody waits').waitFor()
    await keys.isSomewhere()
    await keys.to(group('Customers'), { back: true })
    await keys.type('Enter')
    await keys.press(order(dora, 'Promote'))
    await keys.confirm('Promote')
    await page.getByText(`${doraName} was promoted.`).waitFor()
    await page.getByRole('row').filter({ hasText: dora }).waitFor({ state: 'detached' })
    await keys.isSomewhere()
    await keys.to(group('Staff'), { back: true })
    await keys.type('Space')
    await keys.press(order(dora, 'Demote'))
    await page.getByRole('dialog').waitFor()
    await keys.type('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await keys.isOn(order(dora, 'Demote'))
    await keys.type('Enter')
    await keys.confirm('Demote')
    await page.getByRole('row').filter({ hasText: dora }).waitFor({ state: 'detached' })
    await keys.isSomewhere()
    await keys.to(group('Everybody'), { back: true })
    await keys.type('Enter')
    await keys.press(order(dora, 'Disable'))
    await keys.confirm('Disable')
    await keys.isSomewhere()
    await order(dora, 'Enable').waitFor()
    await keys.isSomewhere()
    await keys.press(order(dora, 'Enable'))
    await order(dora, 'Disable').waitFor()
    await keys.isSomewhere()
    await keys.press(order(dora, 'Delete'))
    await page.getByRole('dialog').waitFor()
    await keys.write(page.getByRole('dialog').getByRole('textbox'), dora)
    await keys.confirm('Delete')
    await page.getByText(`${doraName} was deleted.`).waitFor()
    await keys.isSomewhere()
  })

  test('can close a question from the moment it is seen', async () => {
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    await signIn(page, CARLA, '/admin/users?group=staff')
    const disable = page.getByRole('row').filter({ hasText: 'Nora' })
    await disable.waitFor()
    await page.evaluate(NOTE_HOW_DIALOGS_COME)
    await keys.press(disable.getByRole('button', { name: 'Disable', exact: true }))
    await keys.isOn(page.getByRole('dialog').getByRole('button').first())
    expect(await page.evaluate('window.dialogsCame')).toEqual(['open'])
  })

  test('finds somebody, and invites somebody else', async () => {
    const { page } = await browser.open(desk.url)
    const keys = new Keys(page)
    await signIn(page, CARLA, '/admin/users')
    await keys.write(page.getByLabel('Find people'), 'bruno')
    await keys.type('Enter')
    await page.getByRole('row').filter({ hasText: 'Nora' }).waitFor({ state: 'detached' })
    await keys.isOn(page.getByLabel('Find people'))
    await keys.press(page.getByRole('button', { name: 'Invite' }))
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' })
    await keys.isOn(dialog.getByLabel('Email'))
    await keys.press(dialog.getByRole('button', { name: 'Invite' }))
    await dialog.locator('.text-error').first().waitFor()
    await keys.isOn(dialog.getByRole('button', { name: 'Invite' }))
    await keys.to(dialog.getByLabel('Email'), { back: true })
    await page.keyboard.type('fritz@example.org')
    await keys.write(dialog.getByLabel('Name'), 'Fritz')
    await keys.choose(dialog.getByLabel('Role'), 'Customer')
    await keys.press(dialog.getByRole('button', { name: 'Invite' }))
    await page.getByText('fritz@example.org was invited by mail.').waitFor()
    await keys.isOn(page.getByRole('button', { name: 'Invite' }))
    const { data } = await desk.as.carla.get('/users?q=fritz')
    expect(data[0]).toMatchObject({ role: 'customer', name: 'Fritz' })
  })
})
