import { expect, test } from 'vitest'
import { inboxOrFirst, ownAddresses, type Inbox } from '../../src/ticket/inbox.ts'
import { type Concern, type NoticeLevel, wantsNotice } from '../../src/ticket/notify.ts'
import { findPriority } from '../../src/ticket/ticket.ts'
import { isStaff, ROLES, USER_STATES } from '../../src/ticket/user.ts'
import { anAddress } from '../kit/desk-context.ts'

const concern = (more: Partial<Concern>): Concern => ({
  mine: false,
  assigned: true,
  watching: false,
  ...more,
})
const MINE = concern({ mine: true })
const UNASSIGNED = concern({ assigned: false })
const WATCHING = concern({ watching: true })
const OTHERS = concern({})

const WANTS: readonly [
  level: NoticeLevel,
  mine: boolean,
  unassigned: boolean,
  watching: boolean,
  others: boolean,
][] = [
  ['all', true, true, true, true],
  ['mine_unassigned', true, true, true, false],
  ['mine', true, false, true, false],
  ['digest', false, false, false, false],
  ['off', false, false, false, false],
]
test.each(WANTS)('%s: mine %s, unassigned %s, watched %s, others %s', (level, ...want) => {
  expect([MINE, UNASSIGNED, WATCHING, OTHERS].map((one) => wantsNotice(level, one))).toEqual(want)
})

test.each([
  ['low', 'low'],
  ['Medium', 'normal'],
  ['NORMAL', 'normal'],
  ['urgent', 'urgent'],
  ['asap', null],
  ['', null],
])('the priority word %j is %s', (word, priority) => {
  expect(findPriority(word)).toBe(priority)
})

test('only active agents and admins work on tickets', () => {
  const staff = ROLES.flatMap((role) =>
    USER_STATES.filter((state) => isStaff({ role, state })).map((state) => `${role} ${state}`),
  )
  expect(staff).toEqual(['agent active', 'admin active'])
})

test('an inbox is found by its id, else the first one stands in; addresses of all are ours', () => {
  const inbox = (id: number, address: string, aliases: string[] = []): Inbox => ({
    id,
    name: address,
    address: anAddress(address),
    aliases: aliases.map(anAddress),
    plusAddressing: true,
    authservId: null,
    agentTrust: 'token',
    ccJoin: 'opening',
    reopenWindowMs: 0,
    locale: 'en',
    timeZone: 'UTC',
  })
  const inboxes = [inbox(1, 'support@acme.test', ['help@acme.test']), inbox(2, 'sales@acme.test')]
  expect([2, 9, null].map((id) => inboxOrFirst(inboxes, id)?.id)).toEqual([2, 1, 1])
  expect(inboxOrFirst([], 1)).toBeNull()
  expect([...ownAddresses(inboxes)]).toEqual([
    'support@acme.test',
    'help@acme.test',
    'sales@acme.test',
  ])
})
