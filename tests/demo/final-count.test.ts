/** The count at the end of the demo: it must be able to fail, and say what is wrong. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DeskInbound, DeskOutbox, DeskTicket } from '../../src/demo/desk-client.ts'
import { countAtTheEnd } from '../../src/demo/final-count.ts'
import { MailProgram } from '../../src/demo/mail-program.ts'
import type { MailWorld } from '../../src/demo/mail-world.ts'
import { startMailWorld } from '../../src/demo/mail-world.ts'
import { SUPPORT } from '../../src/demo/personas.ts'

const ANA = { name: 'Ana', address: 'ana@example.org' }
const EXPECTED = [
  {
    subject: 'The printer',
    requester: ANA.address,
    comments: { atLeast: 2, atMost: 2 },
    acknowledged: true,
    status: 'open',
  },
]

let world: MailWorld
let tickets: DeskTicket[]
let inbound: DeskInbound[]
let outbox: DeskOutbox[]

beforeEach(async () => {
  world = await startMailWorld({
    accounts: { [SUPPORT.address]: 'secret', [ANA.address]: 'secret' },
  })
  const options = { password: 'secret', signal: new AbortController().signal }
  const support = new MailProgram(world, SUPPORT, options)
  const ana = new MailProgram(world, ANA, options)
  await ana.write({ to: [SUPPORT], subject: 'The printer', text: 'Help' })
  await support.write({
    to: [ANA],
    subject: 'Re: The printer',
    text: 'It has arrived.',
    headers: { 'Auto-Submitted': 'auto-replied' },
  })
  await support.write({ to: [ANA], subject: 'Re: The printer', text: 'Solved.' })
  tickets = [
    {
      id: 1,
      subject: 'The printer',
      status: 'open',
      tags: [],
      requester: { email: ANA.address },
      counts: { comments: 2 },
    },
  ]
  inbound = [{ id: 1, fate: 'ticket' }]
  outbox = [
    { id: 1, to: ANA.address, kind: 'acknowledgement', outcome: 'sent' },
    { id: 2, to: ANA.address, kind: 'reply', outcome: 'bounced' },
  ]
})

afterEach(() => world.close())

const count = () => {
  const desk = {
    tickets: () => Promise.resolve(tickets),
    inbound: () => Promise.resolve(inbound),
    outbox: () => Promise.resolve(outbox),
  }
  // Aborted: it looks once and does not wait for what will never come.
  return countAtTheEnd(world, desk, EXPECTED, AbortSignal.abort())
}

test('finds nothing wrong when everything is as told', async () => {
  expect(await count()).toEqual({
    tickets: 1,
    comments: 2,
    mailsIn: 1,
    mailsOut: 2,
    bounced: 1,
    problems: [],
  })
})

test.each<[name: string, spoil: () => void, problem: string]>([
  ['a missing ticket', () => tickets.pop(), '"The printer" is 0 tickets instead of 1'],
  [
    'a missing comment',
    () => (tickets = tickets.map((ticket) => ({ ...ticket, counts: { comments: 1 } }))),
    'ticket 1 has 1 comments instead of 2 to 2',
  ],
  [
    'a wrong status',
    () => (tickets = tickets.map((ticket) => ({ ...ticket, status: 'closed' }))),
    'ticket 1 is closed instead of open',
  ],
  ['a mail without a row', () => inbound.pop(), '1 mails are not handled yet'],
  [
    'a mail nobody accounts for',
    () => outbox.splice(0, 1),
    '1 mails count as sent, the SMTP server took 2',
  ],
  [
    'a mail that is still to be sent',
    () => outbox.push({ id: 3, to: ANA.address, kind: 'reply', outcome: 'queued' }),
    'a mail (reply) to ana@example.org is still queued',
  ],
  [
    'a quarantined mail',
    () => (inbound = [{ id: 1, fate: 'quarantined' }]),
    '1 mails are quarantined',
  ],
])('finds %s', async (_name, spoil, problem) => {
  spoil()
  expect((await count()).problems).toContain(problem)
})
