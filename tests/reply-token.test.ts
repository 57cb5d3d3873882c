import { describe, expect, test } from 'vitest'
import { type TokenClaims, tokensOf } from '../src/reply-token.ts'

const key = (id: number, fill = id) => ({ id, value: Buffer.alloc(32, fill) })
const tokens = tokensOf([key(1)])
const REPLY: TokenClaims = { kind: 'reply', ticketId: 7, userId: 42 }

const CLAIMS: readonly TokenClaims[] = [
  { kind: 'reply', ticketId: 1, userId: 1 },
  { kind: 'reply', ticketId: 127, userId: 128 },
  { kind: 'reply', ticketId: 2_000_000_000, userId: 2_000_000_000 },
  { kind: 'reply', ticketId: Number.MAX_SAFE_INTEGER, userId: 1 },
  { kind: 'bounce', outboxId: 1 },
  { kind: 'bounce', outboxId: 2_147_483_648 },
]
test.each(CLAIMS)('says again what was put in: $kind $ticketId $userId $outboxId', (claims) => {
  const token = tokens.make(claims)
  expect(tokens.verify(token)).toEqual(claims)
  expect(token).toMatch(/^[a-z2-7]+$/)
})

test('fits beside a local part: at most 40 characters', () => {
  const longest = { kind: 'reply', ticketId: 2_000_000_000, userId: 2_000_000_000 } as const
  expect(tokens.make(longest).length).toBeLessThanOrEqual(40)
})

test('survives servers that write addresses in capitals', () => {
  expect(tokens.verify(tokens.make(REPLY).toUpperCase())).toEqual(REPLY)
})

describe('is no token of ours', () => {
  test('when any one character differs', () => {
    const good = tokens.make(REPLY)
    const accepted: string[] = []
    for (let at = 0; at < good.length; at += 1) {
      for (const other of 'abcdefghijklmnopqrstuvwxyz234567') {
        const bad = good.slice(0, at) + other + good.slice(at + 1)
        if (bad !== good && tokens.verify(bad) !== null) accepted.push(bad)
      }
    }
    expect(accepted).toEqual([])
  })

  const good = tokens.make(REPLY)
  const BAD: readonly [what: string, token: string][] = [
    ['nothing', ''],
    ['one character less', good.slice(0, -1)],
    ['one character more', `${good}a`],
    ['the first half', good.slice(0, good.length / 2)],
    ['a MAC without a body', 'a'.repeat(20)],
    ['zeros', 'a'.repeat(good.length)],
    ['other characters', `${good.slice(0, -1)}1`],
    ['with a space', ` ${good}`],
    ['with a NUL', `${good}\0`],
    ['a megabyte', 'a'.repeat(1_000_000)],
  ]
  test.each(BAD)('%s', (_what, token) => {
    expect(tokens.verify(token)).toBeNull()
  })

  test('when another installation made it', () => {
    expect(tokensOf([key(1, 99)]).verify(good)).toBeNull()
  })
})

describe('keys rotate', () => {
  const old = tokensOf([key(1)]).make(REPLY)

  test('what an older key signed still verifies, and the newest signs', () => {
    const rotated = tokensOf([key(2), key(1)])
    expect(rotated.verify(old)).toEqual(REPLY)
    expect(tokensOf([key(2)]).verify(rotated.make(REPLY))).toEqual(REPLY)
  })

  test('a key that is gone verifies nothing more', () => {
    expect(tokensOf([key(2)]).verify(old)).toBeNull()
  })

  test('key numbers above 255 stay apart by their MAC', () => {
    const [low, high] = [tokensOf([key(1)]), tokensOf([key(257, 3)])]
    expect(high.verify(low.make(REPLY))).toBeNull()
    expect(tokensOf([key(257, 3), key(1)]).verify(high.make(REPLY))).toEqual(REPLY)
  })

  test('without any there are no tokens', () => {
    expect(() => tokensOf([])).toThrow('no token key')
  })
})
