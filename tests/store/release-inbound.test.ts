/** What a dead daemon had in hand, when two others find at the same time that it is dead. */
import { expect, test } from 'vitest'
import {
  claimInbound,
  insertInbound,
  type Settled,
  settleInbound,
} from '../../src/store/inbound-messages.ts'
import type { Store, Tx } from '../../src/store/open.ts'
import { rawRows } from '../../src/store/raw-rows.ts'
import { releaseInbound } from '../../src/store/release-inbound.ts'
import { eachDatabase } from '../kit/databases.ts'
import { aRow, AT, later, migrated, stores } from './a-store.ts'

/** From so many on, a message is left for a while at every death. */
const MANY_DEATHS = 9

const asTicket: Settled = {
  fate: 'ticket',
  verdict: 'person',
  reasons: [],
  evidence: {},
  sender: 'ana@customer.test',
  ticketId: 1,
  commentId: 1,
  duplicateOf: null,
}

const claim = (tx: Tx, owner: string) =>
  claimInbound(tx, { inboxIds: [1], owner, limit: 1, at: AT })

const release = (tx: Tx, giveBack: boolean) => releaseInbound(tx, 'dead', AT, { giveBack })

eachDatabase(
  'mail of a dead daemon that two others release',
  (fresh, kind) => {
    const start = stores(fresh)

    /** The daemon that died had it in hand, as others had at so many deaths before. */
    async function afterDeaths(deaths: number): Promise<[Store, Store]> {
      const [first, second] = await start.shared(2)
      if (first === undefined || second === undefined) throw new Error('no stores')
      await first.transaction(async (tx) => {
        await insertInbound(tx, [aRow(1)], AT)
        await claim(tx, 'dead')
        await tx('inbound_messages').update({ attempts: deaths })
      })
      return [first, second]
    }

    /** Until PostgreSQL lets the other wait for what `tx` changed; SQLite lets nobody begin. */
    async function untilOtherWaits(tx: Tx): Promise<void> {
      if (kind === 'sqlite') return
      const waiting = `select pid from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`
      await expect.poll(() => rawRows(tx, waiting, []), { timeout: 20_000 }).toHaveLength(1)
    }

    /** One daemon does `work`; the other, which saw what was there before, releases it late. */
    async function releasedLate(
      [first, second]: readonly [Store, Store],
      giveBack: boolean,
      work: (tx: Tx) => Promise<unknown>,
    ): Promise<void> {
      let late: Promise<void> = Promise.resolve()
      await first.exclusively(async (tx) => {
        await work(tx)
        late = second.transaction((other) => release(other, giveBack))
        await untilOtherWaits(tx)
      })
      await late
    }

    test.each([1, MANY_DEATHS])(
      'stays in the hand of the one that took it up, after %i deaths',
      async (deaths) => {
        const both = await afterDeaths(deaths)
        await releasedLate(both, false, async (tx) => {
          await release(tx, false)
          await tx('inbound_messages').update({ due_at: AT.getTime() })
          expect(await claim(tx, 'first')).toHaveLength(1)
        })
        const [row] = await both[0]
          .read('inbound_messages')
          .select('lease_owner', 'due_at', 'attempts')
        const claimed = { lease_owner: 'first', due_at: later(5 * 60_000).getTime() }
        expect(row).toEqual({ ...claimed, attempts: deaths + 1 })
      },
    )

    test('keeps its attempt when it was settled meanwhile', async () => {
      const both = await afterDeaths(1)
      await releasedLate(both, true, async (tx) => settleInbound(tx, 1, asTicket))
      const [row] = await both[0].read('inbound_messages').select('fate', 'attempts', 'due_at')
      expect(row).toEqual({ fate: 'ticket', attempts: 1, due_at: null })
    })
  },
  migrated,
)
