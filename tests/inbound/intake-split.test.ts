/** Answers to comments that became a ticket of their own. */
import { expect, test } from 'vitest'
import { addComment } from '../../src/desk/add-comment.ts'
import { saidByApi } from '../../src/desk/context.ts'
import { splitTicket } from '../../src/desk/split-ticket.ts'
import { listComments } from '../../src/store/comments.ts'
import { findUserByEmail } from '../../src/store/users.ts'
import type { Address } from '../../src/mail/address.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { afterMail, arrive, desk, replyFrom } from './intake-desk.ts'

const ANA = 'ana@customer.test'
const BRUNO = 'bruno@acme.test'

/** Ana’s ticket 1, answered by Bruno; then his answer becomes ticket 2. */
async function split(): Promise<void> {
  const bruno = await findUserByEmail(desk.store.read, BRUNO as Address)
  if (bruno === null) throw new Error('there is no Bruno')
  const author = { type: 'agent' as const, user: bruno }
  const at = desk.clock.now()
  const { comment } = await desk.write((tx) =>
    addComment(
      tx,
      desk.context,
      {
        ticketId: 1,
        visibility: 'public',
        author,
        said: saidByApi('And the lamp?'),
        moveTo: null,
        mailOut: true,
        notifyAgents: false,
        reopening: false,
      },
      at,
    ),
  )
  const input = { ticketId: 1, commentIds: [comment.id], subject: 'The lamp', author }
  await desk.write((tx) => splitTicket(tx, desk.context, input, at))
}

const textsOf = async (ticketId: number): Promise<string[]> => {
  const all = { publicOnly: true, afterId: 0, limit: 50 }
  return (await listComments(desk.store.read, { ticketId, ...all })).map(({ text }) => text)
}

eachDatabase('a ticket that was split', (fresh) => {
  test('has what is answered to the part that left in the new one', async () => {
    await afterMail(fresh, [aMail()])
    await split()
    await arrive(await replyFrom(ANA, 'The lamp is fine.'))
    expect(await textsOf(2)).toEqual(['And the lamp?', 'The lamp is fine.'])
    expect(await textsOf(1)).toEqual(['It is on fire.'])
  })

  test('has what is answered to the rest where it was', async () => {
    await afterMail(fresh, [aMail()])
    const early = await replyFrom(ANA, 'Still burning.')
    await split()
    await arrive(early)
    expect(await textsOf(1)).toEqual(['It is on fire.', 'Still burning.'])
    expect(await textsOf(2)).toEqual(['And the lamp?'])
  })
})
