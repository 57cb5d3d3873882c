import { expect, test } from 'vitest'
import { waitingAfter } from '../../src/ticket/waiting.ts'

const EARLIER = new Date('2026-03-01T10:00:00Z')
const NOW = new Date('2026-03-01T11:00:00Z')
const waits = { waitingSince: EARLIER, statusCategory: 'open' } as const
const answered = { waitingSince: null, statusCategory: 'open' } as const
const pending = { waitingSince: null, statusCategory: 'waiting' } as const

// biome-ignore format: a table
test.each([
  ['a customer asks',                        null,     'open',    'customer', NOW],
  ['an agent opens a ticket',                null,     'open',    'agent',    null],
  ['a customer asks again',                  waits,    'open',    'customer', EARLIER],
  ['a customer answers an answer',           answered, 'open',    'customer', NOW],
  ['a customer answers a pending ticket',    pending,  'open',    'customer', NOW],
  ['a customer writes to a closed ticket',   pending,  'closed',  'customer', null],
  ['an agent answers, the ticket stays',     waits,    'open',    'agent',    null],
  ['an agent answers, the ticket moves',     waits,    'waiting', 'agent',    null],
  ['moved within open',                      waits,    'open',    null,       EARLIER],
  ['closed by hand',                         waits,    'closed',  null,       null],
  ['put back by hand',                       pending,  'open',    null,       NOW],
  ['answered, then moved within open',       answered, 'open',    null,       null],
] as const)('%s', (_name, before, category, spoke, since) => {
  expect(waitingAfter(before, { category, spoke }, NOW)).toEqual(since)
})
