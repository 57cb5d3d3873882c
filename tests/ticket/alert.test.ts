import { expect, test } from 'vitest'
import { type Observations, signsOf } from '../../src/ticket/alert.ts'

const AT = new Date('2026-07-06T10:00:00Z')
const ago = (minutes: number): Date => new Date(AT.getTime() - minutes * 60_000)
const WELL: Observations = {
  failing: [],
  connected: [],
  overdue: [],
  elsewhere: [],
  lookedFor: [],
  pending: null,
  unacknowledged: 0,
  disk: null,
  upkeep: [],
}
const GB = 1024 ** 3

const told = (seen: Partial<Observations>): string[] =>
  signsOf({ ...WELL, ...seen }, AT).map(({ kind, about }) => `${kind} ${about}`.trim())

test('nothing is said when nothing is wrong', () => {
  expect(told({})).toEqual([])
})

test.each<[string, Partial<Observations>, string[]]>([
  [
    'an inbox that does not answer',
    { failing: [{ inbox: 'Support', side: 'imap', error: 'refused' }] },
    ['inbox_unreachable Support'],
  ],
  [
    'SMTP that does not answer, once, with the mail that waits for it',
    {
      failing: [{ inbox: 'Support', side: 'smtp', error: 'refused' }],
      overdue: [{ inbox: 'Support', count: 3, since: ago(60) }],
    },
    ['mail_not_leaving Support'],
  ],
  [
    'mail that waits although SMTP answers',
    { overdue: [{ inbox: 'Sales', count: 3, since: ago(30) }] },
    ['mail_not_leaving Sales'],
  ],
  ['mail that waits a little', { overdue: [{ inbox: 'Sales', count: 3, since: ago(29) }] }, []],
  [
    'stored mail that nothing becomes of',
    { pending: { count: 1, since: ago(15) } },
    ['mail_not_taken'],
  ],
  ['stored mail that has just come', { pending: { count: 900, since: ago(14) } }, []],
  ['acknowledgements without a budget', { unacknowledged: 1 }, ['acknowledgements_stopped']],
  ['a full disk', { disk: { freeBytes: 0.4 * GB, totalBytes: 100 * GB } }, ['disk_nearly_full']],
  ['a large disk with room', { disk: { freeBytes: 0.6 * GB, totalBytes: 100 * GB } }, []],
  ['another desk on the same mailbox', { elsewhere: ['Support'] }, ['other_desk Support']],
  [
    'what does not fit together',
    { upkeep: [{ task: 'verify', found: 'not true: ...', at: ago(60) }] },
    ['verify_failed'],
  ],
  ['a small disk with room', { disk: { freeBytes: 0.4 * GB, totalBytes: 1 * GB } }, []],
])('%s', (_, seen, expected) => {
  expect(told(seen)).toEqual(expected)
})
