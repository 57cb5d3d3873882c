import { describe, expect, test } from 'vitest'
import { auditIncoming, auditOutgoing, countsOf, type Kept, type Owed } from './oracle.ts'

const sent = (...ids: string[]) => ids.map((id) => ({ id, sha256: `bytes of ${id}` }))
const kept = (id: string, more: Partial<Kept> = {}): Kept => {
  return { id, sha256: `bytes of ${id}`, attempts: 1, ...more }
}
const owed = (id: string, outcome: string, automatic = true): Owed => {
  return { id, sha256: `bytes of ${id}`, outcome, automatic }
}

const NO_INCOMING = { lost: [], unexpected: [], duplicated: [], changed: [], recovered: [] }
const NO_OUTGOING = {
  lost: [],
  unexpected: [],
  changed: [],
  duplicated: [],
  repeated: [],
  uncertainDelivered: [],
  uncertainMissing: [],
}

describe('what came in', () => {
  test.each([
    ['nothing is wrong', [kept('a'), kept('b')], {}],
    ['one is lost', [kept('b')], { lost: ['a'] }],
    ['one is there twice', [kept('a'), kept('a'), kept('b')], { duplicated: ['a'] }],
    ['one was never sent', [kept('a'), kept('b'), kept('c')], { unexpected: ['c'] }],
    ['one is not what it was', [kept('a'), kept('b', { sha256: '?' })], { changed: ['b'] }],
    ['one was taken up again', [kept('a'), kept('b', { attempts: 2 })], { recovered: ['b'] }],
  ])('%s', (_name, comments, found) => {
    expect(auditIncoming(sent('a', 'b'), comments)).toEqual({ ...NO_INCOMING, ...found })
  })
})

describe('what went out', () => {
  test.each([
    ['nothing is wrong', owed('a', 'sent'), sent('a'), {}],
    ['said to be sent, and lost', owed('a', 'sent'), [], { lost: ['a'] }],
    ['forgotten in the queue', owed('a', 'queued'), [], { lost: ['a'] }],
    ['given up', owed('a', 'failed'), [], { lost: ['a'] }],
    ['called back before it left', owed('a', 'discarded'), [], {}],
    ['called back, and it left', owed('a', 'discarded'), sent('a'), { unexpected: ['a'] }],
    ['nobody owes it', owed('a', 'sent'), sent('a', 'z'), { unexpected: ['z'] }],
    ['uncertain, and it arrived', owed('a', 'uncertain'), sent('a'), { uncertainDelivered: ['a'] }],
    ['uncertain, and it did not', owed('a', 'uncertain'), [], { uncertainMissing: ['a'] }],
    ['automatic, twice', owed('a', 'sent'), sent('a', 'a'), { duplicated: ['a'] }],
    [
      'a person’s, three times',
      owed('a', 'sent', false),
      sent('a', 'a', 'a'),
      { repeated: ['a', 'a'] },
    ],
    ['other bytes', owed('a', 'sent'), [{ id: 'a', sha256: '?' }], { changed: ['a'] }],
  ])('%s', (_name, row, delivered, found) => {
    expect(auditOutgoing([row], delivered)).toEqual({ ...NO_OUTGOING, ...found })
  })
})

test('a report in figures', () => {
  expect(countsOf(auditIncoming(sent('a', 'b'), [kept('b')]))).toEqual({
    lost: 1,
    unexpected: 0,
    duplicated: 0,
    changed: 0,
    recovered: 0,
  })
})
