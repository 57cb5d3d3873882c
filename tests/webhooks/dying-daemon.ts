/** The loop that tells webhooks, in a process of its own that can be killed; see delivery.test.ts. */
import { eventsOf } from '../../src/events.ts'
import { silentLog } from '../../src/log.ts'
import { Bell } from '../../src/pause.ts'
import { openStore } from '../../src/store/open.ts'
import { runWebhooks } from '../../src/webhooks/run.ts'
import { allowedTargets, resolveByDns } from '../../src/webhooks/targets.ts'
import { testConfig } from '../api/desk-context.ts'
import type { TestDatabase } from '../kit/databases.ts'

process.once('message', (database: TestDatabase) => void run(database))

async function run(database: TestDatabase): Promise<void> {
  const store = await openStore(testConfig(database).database)
  await runWebhooks(
    {
      store,
      owner: 'daemon',
      clock: { now: () => new Date() },
      random: () => 0,
      events: eventsOf(silentLog),
      allowed: allowedTargets(['127.0.0.1']),
      resolve: resolveByDns,
      version: 'test',
      publicUrl: 'https://desk.test',
      webhooksDue: new Bell(),
    },
    new AbortController().signal,
  )
}
