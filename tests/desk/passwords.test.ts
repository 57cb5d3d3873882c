import { describe, expect, test } from 'vitest'
import { passwordProblem } from '../../src/desk/password-rules.ts'
import { Passwords } from '../../src/desk/passwords.ts'

const EMAIL = 'lena.fuchs@customers.test'

describe('a password', () => {
  test.each([
    'a herring in the garden',
    'ein Hering im Gärtchen',
    '密码应该足够长才行对吧吧',
    '🐟🐟🐠🐡🦈🐙🦑🦐🦞🦀🐚🐬',
    'x7#kQ!mPz2&L',
    `${'ab'.repeat(500)}x7#kQ!`,
  ])('%s is good enough', (password) => {
    expect(passwordProblem(password, EMAIL)).toBe(null)
  })

  test.each([
    ['elevenchars', 'shorter'],
    ['🐟🐟🐠🐡🦈🐙', 'shorter'],
    ['é'.repeat(513), 'longer'],
    ['Password1234', 'guess'],
    ['qwertyuiopas', 'guess'],
    ['123456789012', 'guess'],
    ['9876543210987', 'guess'],
    ['abcdefghijklmn', 'guess'],
    ['zyxwvutsrqpon', 'guess'],
    ['aaaaaaaaaaaaa', 'guess'],
    ['abcabcabcabcab', 'guess'],
    [EMAIL, 'guess'],
    ['Lena.Fuchs2024', 'guess'],
  ])('%s is not', (password, why) => {
    expect(passwordProblem(password, EMAIL)).toContain(why)
  })
})

describe('what is stored', () => {
  const passwords = new Passwords(10)

  test('proves the password, however its letters are composed', async () => {
    const stored = await passwords.hash('Gärtchen im Frühling')
    expect((await passwords.verify('Gärtchen im Frühling'.normalize('NFD'), stored)).right).toBe(
      true,
    )
    expect((await passwords.verify('Gartchen im Fruhling', stored)).right).toBe(false)
    expect((await passwords.verify(stored, stored)).right).toBe(false)
  })

  test('of nobody proves nothing', async () => {
    expect(await passwords.verify('', null)).toEqual({ right: false, stale: false })
    expect(await passwords.verify('x', 'no hash')).toEqual({ right: false, stale: false })
    expect((await passwords.verify('x', '$scrypt$ln=31,r=8,p=1$AAAA$AAAA')).right).toBe(false)
  })

  test('is made anew when the cost has changed', async () => {
    const stored = await new Passwords(9).hash('a herring in the garden')
    expect(await passwords.verify('a herring in the garden', stored)).toEqual({
      right: true,
      stale: true,
    })
    expect((await passwords.verify('wrong', stored)).stale).toBe(false)
  })

  test('is computed for many at a time, each in turn', async () => {
    const stored = await passwords.hash('a herring in the garden')
    const all = await Promise.all(
      Array.from({ length: 20 }, (_none, n) =>
        passwords.verify(n % 2 === 0 ? 'a herring in the garden' : 'wrong', stored),
      ),
    )
    expect(all.map(({ right }) => right)).toEqual(all.map((_one, n) => n % 2 === 0))
  })
})
