/** When nothing automatic goes out, and when an agent's words wait. */
import { expect, test } from 'vitest'
import { releaseAcknowledgements } from '../../src/desk/release-acknowledgements.ts'
import { dropPendingAcknowledgements } from '../../src/outbound/notices.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { afterMail, arrive, desk, fatesOf, owed, replyFrom, textOf } from './intake-desk.ts'

eachDatabase(
  'restraint',
  (fresh) => {
    const acknowledgements = async (): Promise<string[]> =>
      (await desk.outbox())
        .filter(({ kind }) => kind === 'acknowledgement')
        .map(({ outcome }) => outcome)

    const unlimited = { acknowledgement: { budget: 'unlimited' }, flood: 'unlimited' } as const
    const aboutOrder = (n: number, text: string): string =>
      aMail({ headers: { Subject: `Your order ${n}` }, text })

    test('bad input 89: a responder that marks nothing and changes its subject gets five, then silence', async () => {
      const same = Array.from({ length: 8 }, (_, n) => aboutOrder(n, 'Thank you, we got it.'))
      await afterMail(fresh, same, unlimited)
      const sent = Array.from({ length: 5 }, () => 'queued')
      expect(await acknowledgements()).toEqual([...sent, 'suppressed', 'suppressed', 'suppressed'])
      // Agents are told where it stopped, and once.
      const notes = await desk.store.read('comments').where({ author_type: 'system' })
      expect(notes).toMatchObject([{ ticket_id: 6, visibility: 'internal' }])
      expect(notes[0].text).toContain(
        'A loop was stopped: ana@customer.test wrote the same words 5 times in 1 h',
      )
      expect(await owed()).not.toContainEqual(expect.stringMatching(/^(?:reply|system) /))
    })

    test('a responder that begins again a day later is told of again', async () => {
      const same = (n: number) =>
        Array.from({ length: 6 }, (_, more) => aboutOrder(n + more, 'Thank you, we got it.'))
      await afterMail(fresh, same(0), unlimited)
      const aDayAgo = { created_at: Date.now() - 86_400_001 }
      for (const table of ['outbox', 'comments'])
        await desk.store.transaction((tx) => tx(table).update(aDayAgo))
      await arrive(...same(6))
      const notes = await desk.store.read('comments').where({ author_type: 'system' })
      expect(notes.map((one) => one.ticket_id)).toEqual([6, 12])
    })

    /** Everything that was owed has left. */
    const handedOver = (): Promise<unknown> =>
      desk.store.transaction((tx) =>
        tx('outbox').where({ outcome: 'queued' }).update({ outcome: 'sent', sent_at: Date.now() }),
      )

    test('a responder that numbers its answers gets five, then silence', async () => {
      const answer = (n: number): string => aboutOrder(n, `This is automatic answer number ${n}.`)
      await afterMail(fresh, [answer(0)], unlimited)
      for (let n = 1; n < 8; n += 1) {
        await handedOver()
        await arrive(answer(n))
      }
      await handedOver()
      const sent = Array.from({ length: 5 }, () => 'sent')
      expect(await acknowledgements()).toEqual([...sent, 'suppressed', 'suppressed', 'suppressed'])
    })

    test('a person who sends a form several times without waiting is acknowledged', async () => {
      const form = (n: number): string => aboutOrder(n, `Please cancel my order number ${n}.`)
      await afterMail(fresh, [0, 1, 2, 3, 4, 5, 6, 7].map(form), unlimited)
      expect(await acknowledgements()).toEqual(Array.from({ length: 8 }, () => 'queued'))
    })

    test('a customer with many different requests is acknowledged for each', async () => {
      const own = Array.from({ length: 8 }, (_, n) => aboutOrder(n, `Where is parcel ${n}?`))
      await afterMail(fresh, own, unlimited)
      expect(await acknowledgements()).toEqual(Array.from({ length: 8 }, () => 'queued'))
    })

    test('mails taken together get no more acknowledgements than the budgets allow', async () => {
      const everybody = Array.from({ length: 9 }, (_, n) =>
        aMail({ headers: { From: `c${n}@${n % 2 === 0 ? 'even' : 'odd'}.test` } }),
      )
      const budget = { total: '7/1h', per_domain: '4/1h', unverified_total: 'unlimited' }
      await afterMail(fresh, everybody, { acknowledgement: { budget } })
      const all = await desk.outbox()
      const queued = all.filter((o) => o.kind === 'acknowledgement' && o.outcome === 'queued')
      const to = (domain: string): unknown[] => queued.filter((o) => o.rcptTo.endsWith(domain))
      expect(queued).toHaveLength(7)
      // Which of them come first is not promised: they are decided side by side.
      expect(Math.max(to('@even.test').length, to('@odd.test').length)).toBe(4)
      expect(await acknowledgements()).toHaveLength(9)
    })

    test('mail that lay around for hours is acknowledged as late, and after a day not at all', async () => {
      await afterMail(fresh, [])
      const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000)
      await desk.stop()
      const ages = [1, 3, 25] as const
      for (const hours of ages) {
        desk.arrives(aMail({ headers: { From: `h${hours}@customer.test` } }), hoursAgo(hours))
      }
      desk.start('fetch', 'intake')
      await desk.untilSettled(ages.length)
      const said = new Map<string, string>()
      for (const row of await desk.outbox()) {
        if (row.kind === 'acknowledgement')
          said.set(row.rcptTo, `${row.outcome} ${await textOf(row)}`)
      }
      const late = 'could not be taken in until now'
      expect(said.get('h1@customer.test')).toMatch(/^queued /)
      expect(said.get('h1@customer.test')).not.toContain(late)
      expect(said.get('h3@customer.test')).toContain(late)
      expect(said.get('h25@customer.test') ?? 'suppressed').toMatch(/^suppressed/)
    })

    /** From somebody whom our own server authenticated, or from one whom nobody did. */
    const from = (address: string, verified: boolean): string =>
      aMail({
        headers: {
          'Authentication-Results': `mx.acme.test; dmarc=${verified ? 'pass' : 'none'} header.from=${address.split('@')[1] ?? ''}`,
          From: address,
        },
      })
    /** Which of those that are decided side by side come first is not promised. */
    const sorted = async (): Promise<string[]> =>
      (await acknowledgements()).toSorted((a, b) => a.localeCompare(b))
    const letGo = (at: Date): Promise<number> =>
      desk.store.transaction((tx) => releaseAcknowledgements(tx, desk.context, at))
    const later = (minutes: number): Date => new Date(Date.now() + minutes * 60_000)
    const narrow = {
      acknowledgement: { budget: { total: '2/1h', unverified_total: 'unlimited' } },
      inbox: { authserv_id: 'mx.acme.test' },
    }
    const five = ['a', 'b', 'c', 'd', 'e'].map((name) => from(`${name}@customer.test`, true))

    test('a storm holds up acknowledgements, which leave as there is room again, within a day', async () => {
      await afterMail(fresh, five, narrow)
      expect(await sorted()).toEqual(['held', 'held', 'held', 'queued', 'queued'])
      expect(await letGo(later(1))).toBe(0)
      expect(await letGo(later(61))).toBe(2)
      expect(await letGo(later(62))).toBe(0)
      expect(await sorted()).toEqual(['held', 'queued', 'queued', 'queued', 'queued'])
      expect(await letGo(later(25 * 60))).toBe(0)
      expect((await sorted()).at(-1)).toBe('suppressed')
    })

    test('what a storm held up has no more room for one recipient or domain than new mail has', async () => {
      const budget = {
        total: '6/1h',
        per_recipient: '2/1h',
        per_domain: '3/1h',
        unverified_total: 'unlimited',
      }
      const first = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => from(`${name}@${name}.test`, true))
      const tree = { ...narrow, acknowledgement: { budget }, flood: 'unlimited' }
      await afterMail(fresh, first, tree)
      // One robot, and many people of one company, each about something else.
      const words = ['apples', 'bread', 'cheese', 'dates', 'eggs']
      const writes = (address: string, about: string): string =>
        from(address, true).replace('It is on fire.', `Where are my ${about}?`)
      await arrive(...words.map((about) => writes('robot@robot.test', about)))
      await arrive(...words.map((about) => writes(`${about}@company.test`, about)))
      const to = async (domain: string): Promise<string[]> =>
        (await desk.outbox())
          .filter(({ kind, rcptTo }) => kind === 'acknowledgement' && rcptTo.endsWith(domain))
          .map(({ outcome }) => outcome)
          .toSorted((one, two) => one.localeCompare(two))
      const held = Array.from({ length: 5 }, () => 'held')
      expect([await to('@robot.test'), await to('@company.test')]).toEqual([held, held])
      expect(await letGo(later(61))).toBe(2 + 3)
      const [sent, not] = ['queued', 'suppressed']
      expect(await to('@robot.test')).toEqual([sent, sent, not, not, not])
      expect(await to('@company.test')).toEqual([sent, sent, sent, not, not])
    })

    test('what was let go leaves as much less room for new mail', async () => {
      await afterMail(fresh, five.slice(0, 4), narrow)
      expect(await sorted()).toEqual(['held', 'held', 'queued', 'queued'])
      const hourAgo = Date.now() - 61 * 60_000
      await desk.store.transaction((tx) =>
        tx('outbox').update({ created_at: hourAgo, due_at: hourAgo }),
      )
      expect(await letGo(later(0))).toBe(2)
      await arrive(from('x@customer.test', true), from('y@customer.test', true))
      expect(await sorted()).toEqual(['held', 'held', 'queued', 'queued', 'queued', 'queued'])
    })

    test('what a storm held up is not sent any more when a person answered meanwhile', async () => {
      await afterMail(fresh, five.slice(0, 3), narrow)
      expect(await sorted()).toEqual(['held', 'queued', 'queued'])
      const held = (await desk.outbox()).find(({ outcome }) => outcome === 'held')
      await desk.store.transaction((tx) =>
        dropPendingAcknowledgements(tx, held?.ticketId ?? 0, 'answered'),
      )
      expect(await letGo(later(61))).toBe(0)
      expect(await sorted()).toEqual(['discarded', 'queued', 'queued'])
    })

    test('senders whom nobody verified are not answered after their storm either', async () => {
      const strangers = ['a', 'b', 'c'].map((name) => from(`${name}@customer.test`, false))
      await afterMail(fresh, strangers, { acknowledgement: narrow.acknowledgement })
      expect(await sorted()).toEqual(['queued', 'queued', 'suppressed'])
      expect(await letGo(later(61))).toBe(0)
    })

    test('an agent’s reply without words of his own does not show the customer our notice', async () => {
      await afterMail(fresh, [aMail()])
      const [notice] = (await desk.outbox()).filter(({ kind }) => kind === 'agent_notice')
      const text = notice === undefined ? '' : await textOf(notice)
      const link = /http:\/\/\S+\/tickets\/1/.exec(text.replace(/=\r\n/g, ''))?.[0] ?? ''
      expect(link).not.toBe('')
      const before = await owed()
      await arrive(await replyFrom('bruno@acme.test', `> It is on fire.\n>\n> ${link}`))
      expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
      // He is told; the customer hears nothing.
      expect(await owed()).toEqual([...before, 'system bruno@acme.test queued'])
    })
  },
  onDesk,
)
