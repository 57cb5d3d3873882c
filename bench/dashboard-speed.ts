/** How soon a page can be used behind a slow connection, by a browser that has nothing of it yet. */
import path from 'node:path'
import { startDaemon } from '../src/daemon.ts'
import { openLog } from '../src/log.ts'
import { BRUNO, clientOf, signIn } from '../tests/browser/start-desk.ts'
import { builtDashboard } from '../tests/kit/built-dashboard.ts'
import { launchChromium, openTab } from '../tests/kit/chromium.ts'
import { freePort } from '../tests/kit/ports.ts'
import { openedIn, slowed } from '../tests/kit/page-times.ts'
import { largeDesk, seedOnce } from './large-desk.ts'
import type { Servers } from './servers.ts'
import { inDirectory } from './with-daemon.ts'

export interface OpeningTimes {
  /** Milliseconds from the navigation, sorted. */
  readonly times: readonly number[]
  /** What came over the wire until then and right after, on average. */
  readonly bytes: number
}

export interface Openings {
  /** Until somebody can type who he is. */
  readonly signIn: OpeningTimes
  /** For who is signed in, until the rows of the list stand there. */
  readonly list: OpeningTimes
}

/** Opens both `count` times over a desk of that many tickets. */
export function openings(
  servers: Servers,
  { tickets, count }: { tickets: number; count: number },
): Promise<Openings> {
  return inDirectory(async (directory) => {
    const database = `sqlite:${path.join(directory, 'postroom.db')}`
    const config = largeDesk(servers, { directory, database, port: await freePort() })
    await seedOnce(config, { tickets, comments: tickets })
    const stop = new AbortController()
    const daemon = await startDaemon(config, openLog('error', 2), stop.signal, {
      dashboard: builtDashboard(),
    })
    try {
      await clientOf(daemon, BRUNO)
      return await openedAgain(daemon.url, count)
    } finally {
      stop.abort()
      await daemon.done
    }
  })
}

async function openedAgain(url: string, count: number): Promise<Openings> {
  const browser = await launchChromium()
  try {
    const stranger = await openTab(browser, url)
    const agent = await openTab(browser, url)
    await signIn(agent.page, BRUNO)
    await agent.page.locator('[data-ticket]').first().waitFor()
    const open = async (
      { context }: typeof agent,
      where: string,
      there: string,
    ): Promise<OpeningTimes> => {
      const times: number[] = []
      let bytes = 0
      for (let n = 0; n < count; n += 1) {
        const page = await context.newPage()
        const cdp = await slowed(page)
        cdp.on('Network.loadingFinished', ({ encodedDataLength }) => {
          bytes += encodedDataLength
        })
        times.push(await openedIn(page, where, there))
        await page.close()
      }
      return { times: times.toSorted((a, b) => a - b), bytes: bytes / count }
    }
    const first = await open(stranger, '/sign-in', 'input')
    // Another tab of the same browser would share its stream of events.
    await agent.page.close()
    return { signIn: first, list: await open(agent, '/tickets', '[data-ticket]') }
  } finally {
    await browser.close()
  }
}
