/** An agent asks a colleague by passing a notice on: what she answers stays among agents. */
import { expect, test } from 'vitest'
import { listComments } from '../../src/store/comments.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { afterMail, arrive, desk, fatesOf, mailTo, owed, replyFrom, textOf } from './intake-desk.ts'
import { listTickets } from './tickets-of.ts'

const BRUNO = 'bruno@acme.test'

eachDatabase(
  'an agent asks a colleague by passing a notice on',
  (fresh) => {
    const comments = () =>
      listComments(desk.store.read, { ticketId: 1, publicOnly: false, afterId: 0, limit: 50 })
    const said = async (address: string) =>
      (await textOf(await mailTo(address))).replaceAll('=\r\n', '')
    const passedOn = async (headers: Record<string, string> = {}) =>
      replyFrom(BRUNO, 'I would use sand.', { From: 'carla@acme.test', ...headers })
    const start = async () => {
      await afterMail(fresh, [])
      await arrive(aMail())
      await desk.addUser('carla@acme.test', 'agent', 'Carla')
    }

    test('and her answer is a note, mailed to no customer', async () => {
      await start()
      await arrive(await passedOn())
      expect(await fatesOf()).toEqual(['ticket', 'comment'])
      expect((await comments()).at(-1)).toMatchObject({
        visibility: 'internal',
        authorType: 'agent',
        text: 'I would use sand.',
      })
      expect((await owed()).filter((line) => line.startsWith('reply'))).toEqual([])
      expect(await listTickets(desk)).toMatchObject([{ status: 'open' }])
    })

    test('and he hears of it', async () => {
      await start()
      await arrive(await passedOn())
      const notice = await said(BRUNO)
      expect(notice).toContain('wrote an internal note')
      // He may answer between its lines, and the customer gets those too.
      expect(notice).not.toContain('sand')
    })

    test('who is copied by a colleague’s answer to all is not suggested to himself', async () => {
      await start()
      await arrive(await passedOn({ Cc: `${BRUNO}, lee@partner.example` }))
      expect(await said(BRUNO)).toMatch(/Copied, but not on this ticket: lee@partner\.example\r?\n/)
    })

    test('a stranger who got hold of the notice writes a ticket of his own', async () => {
      await start()
      await arrive(await passedOn({ From: 'mallory@stranger.test' }))
      expect(await fatesOf()).toEqual(['ticket', 'ticket'])
    })

    test('a colleague who was disabled is held', async () => {
      await start()
      await desk.write((tx) =>
        tx('users').where({ email: 'carla@acme.test' }).update({ state: 'disabled' }),
      )
      await arrive(await passedOn())
      expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
    })
  },
  onDesk,
)
