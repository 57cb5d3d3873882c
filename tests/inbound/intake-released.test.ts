/** What was held back, and what a person makes of it. */
import { expect, test } from 'vitest'
import { releaseInboundMessage, reprocessInbound } from '../../src/desk/inbound-orders.ts'
import { listComments } from '../../src/store/comments.ts'
import { listParticipants } from '../../src/store/participants.ts'
import { findTicket } from '../../src/store/tickets.ts'
import { updateUser } from '../../src/store/users.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { afterMail, desk, fatesOf, owed, replyFrom, arrive } from './intake-desk.ts'
import { listTickets } from './tickets-of.ts'

const SPAM = { 'X-Spam-Flag': 'YES' }

async function release(messageId: number, ticketId: number | null): Promise<void> {
  const by = await desk.addUser('carla@acme.test', 'admin')
  await desk.stop()
  await desk.write(async (tx) => {
    const into = ticketId === null ? null : await findTicket(tx, ticketId)
    await releaseInboundMessage(tx, { messageId, by, into }, new Date())
  })
  desk.start('intake')
}

const commentsOf = (ticketId: number) =>
  listComments(desk.store.read, { ticketId, publicOnly: false, afterId: 0, limit: 50 })

eachDatabase(
  'a message that was held back',
  (fresh) => {
    const held = { agent_notices: { coalesce: '0s' }, inbox: { authserv_id: 'mx.acme.test' } }
    const spam = (headers = {}) =>
      aMail({ headers: { ...SPAM, ...headers }, text: 'I did win, did I?' })

    test('becomes a ticket of its author when somebody releases it, and nobody is answered', async () => {
      await afterMail(fresh, [spam({ Cc: 'kim@example.org' })], held)
      expect(await fatesOf()).toEqual(['quarantined'])
      await release(1, null)
      expect(await fatesOf()).toEqual(['ticket'])
      const [ticket] = await listTickets(desk)
      expect(ticket).toMatchObject({ status: 'open', tags: [], commentsCount: 1 })
      const people = await listParticipants(desk.store.read, [ticket?.id ?? 0])
      expect(people.map(({ email }) => email)).toEqual(['ana@customer.test'])
      expect(await owed()).toEqual(['agent_notice bruno@acme.test queued'])
    })

    test('becomes a comment of the ticket that is named, and wakes it', async () => {
      await afterMail(fresh, [aMail(), spam()], held)
      expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
      await release(2, 1)
      const [, row] = await desk.untilSettled(2)
      expect(row).toMatchObject({ fate: 'comment', ticketId: 1, commentId: 2 })
      expect((await commentsOf(1))[1]).toMatchObject({
        text: 'I did win, did I?',
        visibility: 'public',
        authorType: 'customer',
      })
      expect((await owed()).filter((line) => line.includes('ana@'))).toHaveLength(1)
    })

    test('opens a ticket of its own when the one that was named is deleted meanwhile', async () => {
      await afterMail(fresh, [aMail(), spam()], held)
      await desk.stop()
      const by = await desk.addUser('carla@acme.test', 'admin')
      await desk.write(async (tx) => {
        const into = await findTicket(tx, 1)
        await releaseInboundMessage(tx, { messageId: 2, by, into }, new Date())
        await tx('tickets').where({ id: 1 }).update({ deleted_at: 1 })
      })
      desk.start('intake')
      expect(await fatesOf()).toEqual(['ticket', 'ticket'])
    })

    test('of an agent becomes a note: its words are not published, its commands not executed', async () => {
      await afterMail(fresh, [aMail()])
      const mail = await replyFrom('bruno@acme.test', '#close\nSend money.')
      const bruno = await desk.addUser('bruno@acme.test', 'agent')
      await desk.write((tx) => updateUser(tx, bruno.id, { state: 'disabled' }))
      await arrive(mail)
      expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
      const before = await owed()
      await release(2, 1)
      expect(await fatesOf()).toEqual(['ticket', 'comment'])
      expect((await commentsOf(1))[1]).toMatchObject({
        visibility: 'internal',
        authorType: 'agent',
        authorId: bruno.id,
      })
      expect(await listTickets(desk)).toMatchObject([{ status: 'open' }])
      expect(await owed()).toEqual(before)
    })

    test('is decided again by the rules of today', async () => {
      await afterMail(fresh, [spam()])
      await desk.stop()
      const by = await desk.addUser('carla@acme.test', 'admin')
      await desk.write((tx) => reprocessInbound(tx, { messageId: 1, by }, new Date()))
      desk.start('intake')
      const [row] = await desk.untilSettled(1)
      // What has not changed is decided as before.
      expect(row).toMatchObject({ fate: 'quarantined', attempts: 1, verdict: 'spam' })
    })
  },
  onDesk,
)
