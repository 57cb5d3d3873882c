/** What must hold of every desk, and whether it is noticed when it does not. */
import { expect, test } from 'vitest'
import type { Tx } from '../../src/store/open.ts'
import { brokenInvariants, damageOf, referredBlobs } from '../../src/store/reads/invariants.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { afterMail, arrive, desk, replyFrom } from './intake-desk.ts'

eachDatabase(
  'invariants',
  (fresh) => {
    const broken = async (): Promise<string[]> =>
      (await brokenInvariants(desk.store.read, desk.context.lifecycle)).map(
        ({ invariant }) => invariant,
      )
    const start = async () => {
      await afterMail(fresh, [aMail(), aMail({ headers: { From: 'kim@other.test' } })])
      await arrive(await replyFrom('bruno@acme.test', 'Use water.\n\n#close'))
    }

    test('hold of a desk that mail went through', async () => {
      await start()
      expect(await broken()).toEqual([])
      expect(await damageOf(desk.store)).toEqual([])
      expect(await referredBlobs(desk.store.read, '', 10)).toHaveLength(3)
    })

    const DAMAGE: readonly [what: string, says: RegExp, damage: (tx: Tx) => Promise<unknown>][] = [
      [
        'a comment is gone',
        /names one that is there/,
        async (tx) => {
          await tx('comments').where({ inbound_id: 1 }).update({ inbound_id: null })
          await tx('inbound_messages').where({ id: 1 }).update({ comment_id: 999 })
        },
      ],
      [
        'a source was never kept',
        /still waits has its source/,
        (tx) => tx('inbound_messages').where({ id: 1 }).update({ fate: 'pending', sha256: null }),
      ],
      [
        'a count is wrong',
        /counts its comments/,
        (tx) => tx('tickets').where({ id: 1 }).update({ comments_count: 7 }),
      ],
      [
        'a closed ticket has no time',
        /time of closing/,
        (tx) => tx('tickets').where({ status_category: 'closed' }).update({ closed_at: null }),
      ],
      [
        'a status is nobody’s',
        /status of the lifecycle/,
        (tx) => tx('tickets').where({ id: 1 }).update({ status: 'lost' }),
      ],
      ['a requester left', /takes part/, (tx) => tx('participants').where({ ticket_id: 1 }).del()],
      ['bytes of owed mail are gone', /has its bytes/, (tx) => tx('outbox_sources').del()],
      [
        'a ticket was acknowledged twice',
        /one acknowledgement/,
        (tx) =>
          tx('outbox').where({ kind: 'acknowledgement' }).update({ ticket_id: 1, outcome: 'sent' }),
      ],
    ]
    test.each(DAMAGE)('are seen to be broken when %s', async (_what, says, damage) => {
      await start()
      await desk.write(damage)
      expect(await broken()).toEqual([expect.stringMatching(says)])
    })
  },
  onDesk,
)
