/** An answer does not overtake mail of its folder that could not be fetched yet. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('left-out')
const parser = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const opening = (): string =>
  aMail({ headers: { Subject: 'One', 'Message-ID': '<one@customer.test>' } })
const answer = (name: string, to: string): string =>
  aMail({
    headers: {
      Subject: 'Re: One',
      'Message-ID': `<${name}@customer.test>`,
      'In-Reply-To': `<${to}@customer.test>`,
    },
  })
const other = (): string => aMail({ headers: { From: 'ben@customer.test', Subject: 'Two' } })

/** By UID. */
const fates = async (): Promise<Map<number, string>> => {
  const query = desk.store.read('inbound_messages').orderBy('uid')
  const rows = await query.select<{ uid: number; fate: string }[]>('uid', 'fate')
  return new Map(rows.map(({ uid, fate }) => [uid, fate]))
}
const reasons = async (uid: number): Promise<string> => {
  const query = desk.store.read('inbound_messages').where({ uid })
  return (await query.first<{ reasons: string } | undefined>('reasons'))?.reasons ?? ''
}

/** What came of the messages, by UID: their fates, and the tickets they are in. */
const untilAll = async (count: number) =>
  (await desk.untilSettled(count))
    .toSorted((a, b) => a.uid - b.uid)
    .map(({ id, fate, ticketId }) => ({ id, fate, ticketId }))

eachDatabase(
  'mail that could not be fetched yet',
  (fresh) => {
    const WAYS = [
      [
        'breaks the connection, asked for alone',
        { on: /^UID FETCH 1(?::4)? .*BODY/, times: 2, do: 'drop' },
      ],
      [
        'is announced and not delivered',
        { on: /^UID FETCH 1.*BODY/, times: 2, do: 'omit', lines: /^\* 1 FETCH/ },
      ],
    ] as const
    test.each(WAYS)('%s: what answers it, and what answers that, waits', async (_how, fault) => {
      desk = await startDesk(await fresh(), parser)
      desk.world.imap.faults.add(fault)
      for (const mail of [opening(), answer('two', 'one'), answer('three', 'two'), other()]) {
        desk.arrives(mail)
      }
      desk.start('fetch', 'intake')
      await until('the others', async () => (await fates()).size >= 3)
      desk.clock.advance(5_000)
      const [one, two, three] = await untilAll(4)
      expect(one).toMatchObject({ fate: 'ticket' })
      // It was overtaken on the way into the ledger, but not out of it.
      expect(one?.id).toBeGreaterThan(three?.id ?? 0)
      const comment = { fate: 'comment', ticketId: one?.ticketId }
      expect([two, three]).toMatchObject([comment, comment])
    })

    test('is still known to be missing when the daemon starts again', async () => {
      desk = await startDesk(await fresh(), parser)
      const drops = { on: /^UID FETCH 1(?::2)? .*BODY/, times: 5, do: 'drop' } as const
      const breaking = desk.world.imap.faults.add(drops)
      desk.arrives(opening())
      desk.arrives(answer('two', 'one'))
      desk.start('fetch', 'intake')
      await until('the look', async () => (await reasons(2)).includes('could not be fetched'))
      await desk.stop()
      desk.start('fetch', 'intake')
      await until('all', async () => {
        desk.clock.advance(1_000)
        return ![...(await fates()).values()].includes('pending') && (await fates()).size === 2
      })
      await breaking.untilUsed()
      const [one, two] = await untilAll(2)
      expect([one?.fate, two?.fate]).toEqual(['ticket', 'comment'])
    })

    test('is not waited for by an answer to what we know, nor by one that came before', async () => {
      desk = await startDesk(await fresh(), parser)
      desk.world.imap.faults.add({ on: /BODY/, times: 30, do: 'omit', lines: /^\* 3 FETCH/ })
      const early = answer('early', 'nobody')
      const late = answer('late', 'nobody')
      for (const mail of [opening(), early, other(), answer('two', 'one'), late]) {
        desk.arrives(mail)
      }
      desk.start('fetch', 'intake')
      await until('the answers', async () => (await fates()).get(4) === 'comment')
      await until('the look', async () => (await reasons(5)).includes('could not be fetched'))
      expect(await fates()).toEqual(
        new Map([
          [1, 'ticket'],
          [2, 'ticket'],
          [4, 'comment'],
          [5, 'pending'],
        ]),
      )
      desk.clock.advance(61 * 60_000)
      await until('the last', async () => (await fates()).get(5) === 'ticket')
    })
  },
  onDesk,
)
