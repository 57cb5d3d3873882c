/** A ticket as somebody opens it who wants nothing special: acknowledged, and told to nobody. */
import { saidByApi } from '../../src/desk/context.ts'
import type { OpenTicketInput } from '../../src/desk/open-ticket.ts'
import type { User } from '../../src/ticket/user.ts'

export const opening = (
  inboxId: number | null,
  requester: User,
  more: Partial<OpenTicketInput> = {},
): OpenTicketInput => ({
  inboxId,
  subject: 'The printer',
  requester,
  requesterSource: 'sender',
  author: { type: 'customer', user: requester },
  said: saidByApi('It is on fire.'),
  copied: [],
  priority: 'normal',
  category: null,
  tags: [],
  fields: {},
  status: null,
  followUpOf: null,
  related: null,
  watcher: null,
  locale: null,
  acknowledge: { verified: true, suppress: null },
  mailOpening: false,
  notifyAgents: false,
  ...more,
})
