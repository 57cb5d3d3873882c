/** Mail that a desk owes somebody, without anybody having written. */
import { addComment } from '../../src/desk/add-comment.ts'
import { saidByApi } from '../../src/desk/context.ts'
import { openTicket } from '../../src/desk/open-ticket.ts'
import type { Tx } from '../../src/store/open.ts'
import { ensureContact } from '../../src/store/users.ts'
import { anAddress } from '../kit/desk-context.ts'
import { opening } from '../kit/opening.ts'
import type { RunningDesk } from '../kit/running-desk.ts'

/** A ticket of this customer, acknowledged or not. Resolves with its id. */
export const owesTicket = (
  desk: RunningDesk,
  email = 'ana@customer.test',
  acknowledged = false,
): Promise<number> => desk.write((tx) => owesTicketIn(tx, desk, { email, acknowledged }))

export async function owesTicketIn(
  tx: Tx,
  desk: RunningDesk,
  { email, acknowledged }: { email: string; acknowledged: boolean },
): Promise<number> {
  const at = desk.clock.now()
  const requester = await ensureContact(tx, { address: anAddress(email), name: 'Ana' }, at)
  const input = opening(desk.inboxes[0]?.id ?? null, requester, {
    acknowledge: acknowledged ? { verified: true, suppress: null } : null,
  })
  const { ticket } = await openTicket(tx, desk.context, input, at)
  return ticket.id
}

/** Bruno's reply, owed to the customer. */
export async function owesReply(desk: RunningDesk, ticketId: number): Promise<void> {
  const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
  await desk.write((tx) =>
    addComment(
      tx,
      desk.context,
      {
        ticketId,
        visibility: 'public',
        author: { type: 'agent', user: bruno },
        said: saidByApi('Use water.'),
        moveTo: null,
        mailOut: true,
        notifyAgents: false,
        reopening: false,
      },
      desk.clock.now(),
    ),
  )
  desk.outgoing.ring()
}
