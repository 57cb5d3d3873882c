/**
 * `npm run screenshots [-- DIRECTORY]`: every page of the dashboard, wide and narrow, light and
 * dark, of a desk with a little life in it. For looking at: nothing here is compared.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { ANA, BRUNO, CARLA, type Login, signIn, startDesk } from '../tests/browser/start-desk.ts'
import { furnish } from '../tests/browser/furnished-desk.ts'
import { launchChromium, openTab } from '../tests/kit/chromium.ts'

const target = resolve(process.argv[2] ?? 'screenshots')
/** Only pages whose name has this in it. */
const wanted = process.argv[3] ?? ''

interface Shot {
  readonly name: string
  readonly path: string
  /** Null: nobody. */
  readonly login: Login | null
}

const shotsOf = (ticket: number): Shot[] => [
  ...['sign-in', 'register', 'verify', 'waiting', 'forgot', 'reset'].map((name) => ({
    name,
    path: `/${name}`,
    login: null,
  })),
  { name: 'tickets', path: '/tickets', login: BRUNO },
  { name: 'tickets-filtered', path: '/tickets?is=all&priority=high&q=a', login: BRUNO },
  { name: 'ticket', path: `/tickets/${ticket}`, login: BRUNO },
  { name: 'new-ticket', path: '/new', login: BRUNO },
  { name: 'me', path: '/me', login: BRUNO },
  { name: 'stats', path: '/stats', login: CARLA },
  ...[
    'users',
    'inboxes',
    'inbound',
    'quarantine',
    'outbox',
    'senders',
    'templates',
    'webhooks',
    'audit',
    'jobs',
    'system',
  ].map((name) => ({ name: `admin-${name}`, path: `/admin/${name}`, login: CARLA })),
  { name: 'portal', path: '/tickets', login: ANA },
  { name: 'portal-ticket', path: `/tickets/${ticket}`, login: ANA },
  { name: 'portal-new', path: '/new', login: ANA },
]

async function shoot(browser: Browser, url: string, shots: readonly Shot[]): Promise<void> {
  for (const [phone, dark] of [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const) {
    for (const login of [null, BRUNO, CARLA, ANA]) {
      const own = shots.filter((shot) => shot.login === login && shot.name.includes(wanted))
      if (own.length === 0) continue
      const { page, context } = await openTab(browser, url, { phone, dark })
      if (login !== null) await signIn(page, login)
      for (const { name, path } of own) {
        await page.goto(path)
        await page.waitForTimeout(700)
        const file = `${name}-${phone ? 390 : 1280}-${dark ? 'dark' : 'light'}.png`
        await page.screenshot({ path: join(target, file), fullPage: phone })
      }
      await context.close()
    }
  }
}

mkdirSync(target, { recursive: true })
const directory = mkdtempSync(join(tmpdir(), 'postroom-screenshots-'))
const stop = new AbortController()
const { desk, daemon } = await startDesk({}, directory, stop.signal)
const browser = await launchChromium()
try {
  await shoot(browser, desk.url, shotsOf(await furnish(desk)))
  process.stderr.write(`screenshots are in ${target}\n`)
} finally {
  await browser.close()
  stop.abort()
  await daemon.done
  await desk.world.close()
  rmSync(directory, { recursive: true, force: true })
}
