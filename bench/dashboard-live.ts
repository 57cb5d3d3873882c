/** How soon a mail that Dovecot took stands in the list that an agent has open. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { configFrom } from '../src/config.ts'
import { type Daemon, startDaemon } from '../src/daemon.ts'
import { openLog } from '../src/log.ts'
import { BRUNO, clientOf, letter, signIn, SUPPORT } from '../tests/browser/start-desk.ts'
import { builtDashboard } from '../tests/kit/built-dashboard.ts'
import { launchChromium, openTab } from '../tests/kit/chromium.ts'
import { shownAt } from '../tests/kit/page-times.ts'
import { freePort } from '../tests/kit/ports.ts'
import { inboxOn, type MailServers, startMailServers } from '../tests/kit/start-mail-servers.ts'
import { inDirectory } from './with-daemon.ts'

const ANA = 'ana@customer.test'
/** Between two mails: Dovecot tells of a second one later when it has just told of one. */
const REST_MS = 1_200

/** Milliseconds from LMTP's acceptance to the row on the screen, mail by mail, in their order. */
export async function liveTimes(count: number): Promise<number[]> {
  const servers = await startMailServers({ users: [SUPPORT] })
  try {
    return await withDesk(servers, (daemon) =>
      withOpenList(daemon, async (page) => {
        const times: number[] = []
        for (let n = 1; n <= count; n += 1) {
          times.push(await timed(servers, page, `Boiler ${n} drips`))
          await pause(REST_MS)
        }
        return times
      }),
    )
  } finally {
    await servers.stop()
  }
}

async function timed(servers: MailServers, page: Page, subject: string): Promise<number> {
  const mail = letter({ from: `Ana Ferreira <${ANA}>`, subject, text: 'Drip, drip.' })
  const shown = shownAt(page, subject)
  await servers.deliver(mail.replace(/\r?\n/g, '\r\n'), SUPPORT, ANA)
  const acceptedAt = Date.now()
  return (await shown) - acceptedAt
}

function withDesk<T>(servers: MailServers, work: (daemon: Daemon) => Promise<T>): Promise<T> {
  return inDirectory(async (dataDir) => {
    const port = await freePort()
    const config = configFrom(
      {
        data_dir: dataDir,
        listen: `127.0.0.1:${port}`,
        public_url: `http://127.0.0.1:${port}`,
        acknowledgement: { budget: 'unlimited' },
        flood: 'unlimited',
        inboxes: [inboxOn(servers, 'Support', SUPPORT)],
      },
      { env: {}, baseDir: dataDir },
    )
    const stop = new AbortController()
    const daemon = await startDaemon(config, openLog('error', 2), stop.signal, {
      dashboard: builtDashboard(),
    })
    try {
      return await work(daemon)
    } finally {
      stop.abort()
      await daemon.done
    }
  })
}

async function withOpenList<T>(daemon: Daemon, work: (page: Page) => Promise<T>): Promise<T> {
  await clientOf(daemon, BRUNO)
  const browser = await launchChromium()
  try {
    const { page } = await openTab(browser, daemon.url)
    await signIn(page, BRUNO)
    await page.getByText('All done').waitFor()
    return await work(page)
  } finally {
    await browser.close()
  }
}
