import { expect, test } from 'vitest'
import { inboxOrFirst, ownAddresses, type Inbox } from '../../src/ticket/inbox.ts'
import {
  type Concern,
  digestDay,
  type NoticeLevel,
  quietUntil,
  wantsNotice,
} from '../../src/ticket/notify.ts'
import { findPriority } from '../../src/ticket/ticket.ts'
import { isStaff, ROLES, USER_STATES } from '../../src/ticket/user.ts'
import { anAddress } from '../kit/desk-context.ts'

const concern = (more: Partial<Concern>): Concern => ({
  mine: false,
  assigned: true,
  watching: false,
  muted: false,
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

test('a muted ticket is heard of by nobody who muted it', () => {
  expect(wantsNotice('all', concern({ muted: true, mine: true, watching: true }))).toBe(false)
})

const at = (time: string): Date => new Date(`2026-07-06T${time}:00Z`)
const hour = (from: number, until: number) => ({ from: from * 60, until: until * 60 })

test.each([
  ['before they begin', hour(20, 7), 'UTC', '19:59', null],
  ['when they begin', hour(20, 7), 'UTC', '20:00', '2026-07-07T07:00'],
  ['after midnight', hour(20, 7), 'UTC', '00:30', '2026-07-06T07:00'],
  ['when they end', hour(20, 7), 'UTC', '07:00', null],
  ['in another zone', hour(20, 7), 'Europe/Berlin', '18:15', '2026-07-07T05:00'],
  ['at noon', hour(12, 14), 'UTC', '12:30', '2026-07-06T14:00'],
  ['none', null, 'UTC', '00:30', null],
  ['from a time to the same', hour(8, 8), 'UTC', '08:00', null],
])('quiet hours %s', (_, hours, zone, now, until) => {
  const expected = until === null ? null : `${until}:00.000Z`
  expect(quietUntil(hours, zone, at(now))?.toISOString() ?? null).toBe(expected)
})

test.each([
  ['2026-07-06T07:59:00Z', 'UTC', null],
  ['2026-07-06T08:00:00Z', 'UTC', '2026-07-06'],
  ['2026-07-06T06:00:00Z', 'Europe/Berlin', '2026-07-06'],
  ['2026-07-05T23:30:00Z', 'Asia/Tokyo', '2026-07-06'],
  // A Saturday.
  ['2026-07-04T12:00:00Z', 'UTC', null],
])('the digest at %s in %s is of %s', (now, zone, day) => {
  expect(digestDay(zone, new Date(now))).toBe(day)
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
