/** Many mails taken in together are each taken in as if they had come alone. */
import { expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { until } from '../kit/running-desk.ts'
import { afterMail, desk, replyFrom } from './intake-desk.ts'

const CUSTOMERS = Array.from({ length: 12 }, (_, n) => `c${n}@customer.test`)

eachDatabase(
  'a batch',
  (fresh) => {
    /** All of them are stored before the first is taken in. */
    async function arriveTogether(...mails: readonly string[]): Promise<void> {
      await desk.stop()
      const stored = (await desk.store.read('inbound_messages').select('id')).length
      for (const mail of mails) desk.arrives(mail)
      desk.start('fetch')
      await until('the mails to be stored', async () => {
        const rows = await desk.store.read('inbound_messages').select('id')
        return rows.length === stored + mails.length
      })
      await desk.stop()
      desk.start('intake')
      await desk.untilSettled(stored + mails.length)
    }

    const first = (from: string): string =>
      aMail({ headers: { From: from, Subject: `About ${from}`, 'Message-ID': `<1.${from}>` } })
    const second = (from: string): string =>
      aMail({
        headers: { From: from, Subject: `Re: About ${from}`, 'In-Reply-To': `<1.${from}>` },
        text: `More from ${from}`,
      })

    /** Comments of a fate and without a comment, or the other way round. */
    async function halves(): Promise<unknown[]> {
      const rows = await desk.untilSettled(1)
      const comments = await desk.store
        .read<{ inbound_id: number }>('comments')
        .select('inbound_id')
      const written = new Set(comments.map((row) => row.inbound_id))
      return rows.filter(({ id, fate }) => ['ticket', 'comment'].includes(fate) !== written.has(id))
    }

    test.each(['#assign nosuchperson\n\nHello.', '#cc bruno@acme.test', '#tag a\n#merge 999'])(
      'an agent’s mail that is refused (%j) undoes nothing of a customer’s',
      async (commands) => {
        await afterMail(fresh, [aMail()])
        const refused = await replyFrom('bruno@acme.test', commands)
        await arriveTogether(...CUSTOMERS.map(first))
        await arriveTogether(
          ...CUSTOMERS.slice(0, 6).map(second),
          refused,
          ...CUSTOMERS.slice(6).map(second),
        )
        expect(await halves()).toEqual([])
        const fates = (await desk.untilSettled(1)).slice(1 + CUSTOMERS.length)
        const kept = fates.map(({ fate }) => fate)
        expect(kept.filter((fate) => fate === 'comment')).toHaveLength(CUSTOMERS.length)
      },
    )

    test('a ticket and the answer to it find each other', async () => {
      await afterMail(fresh, [])
      await arriveTogether(...CUSTOMERS.flatMap((from) => [first(from), second(from)]))
      expect(await halves()).toEqual([])
      const rows = await desk.untilSettled(1)
      for (const from of CUSTOMERS) {
        const own = rows.filter(({ sender }) => sender === from)
        expect(own.map(({ fate }) => fate)).toEqual(['ticket', 'comment'])
        expect(new Set(own.map(({ ticketId }) => ticketId)).size).toBe(1)
      }
    })

    test('across batches, too: what has to wait for another one comes next, in its order', async () => {
      await afterMail(fresh, [])
      const many = Array.from({ length: 150 }, (_, n) => `many${n}@customer.test`)
      const answered = many.filter((_, n) => n % 15 === 0)
      // Full batches, each with a few that answer what is in the same one.
      await arriveTogether(
        ...many.flatMap((from) =>
          answered.includes(from) ? [first(from), second(from)] : [first(from)],
        ),
      )
      expect(await halves()).toEqual([])
      const rows = await desk.untilSettled(1)
      expect(rows).toHaveLength(many.length + answered.length)
      for (const from of answered) {
        const own = rows.filter(({ sender }) => sender === from)
        expect(own.map(({ fate }) => fate)).toEqual(['ticket', 'comment'])
        expect(new Set(own.map(({ ticketId }) => ticketId)).size).toBe(1)
      }
    })
  },
  onDesk,
)
