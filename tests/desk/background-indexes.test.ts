/** What the daemon does by itself every few seconds leads to a few rows, however large the desk is. */
import { expect, test } from 'vitest'
import { releaseAcknowledgements } from '../../src/desk/release-acknowledgements.ts'
import { observed } from '../../src/desk/tend-alerts.ts'
import { tidyUp } from '../../src/desk/tidy-up.ts'
import { wakeTickets } from '../../src/desk/wake-tickets.ts'
import { EventHorizon } from '../../src/store/event-horizon.ts'
import { recoverDeliveries } from '../../src/store/outbox-delivery.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk, openDesk } from '../kit/desk-context.ts'
import { askedDuring, widePlans } from '../kit/wide-plans.ts'

const fresh = onSqlite(onDesk)

/** The background asks for states that mail passes through: few rows are in one at a time. */
const ALLOWED = [/\((?:outcome|fate)=\?\)$/]

test('no statement of the background looks at more rows the more mail there is', async () => {
  const desk = await openDesk(await fresh())
  const at = new Date()
  try {
    const asked = await askedDuring(async () => {
      await desk.write((tx) => releaseAcknowledgements(tx, desk.context, at))
      await desk.write((tx) => tidyUp(tx, at))
      await desk.write((tx) => recoverDeliveries(tx, { owner: 'me', at, lookAt: at }))
      await wakeTickets(desk.store, at)
      await observed(desk.store.read, desk.inboxes, at)
      await new EventHorizon(desk.store).advance()
    })
    expect(asked.size).toBeGreaterThan(10)
    expect(await widePlans(desk.store, asked, ALLOWED)).toEqual([])
  } finally {
    await desk.close()
  }
})
