/** Which passwords are good enough (NIST SP 800-63B §5.1.1.2): long, and not one everybody tries. */

export const PASSWORD_LENGTH_MIN = 12
const PASSWORD_BYTES_MAX = 1024

/** What guessing begins with, of twelve characters and more. */
const COMMON: ReadonlySet<string> = new Set([
  'administrator',
  'changemeplease',
  'correcthorsebatterystaple',
  'iloveyou1234',
  'letmein12345',
  'letmeinplease',
  'password1234',
  'password12345',
  'password123456',
  'passwordpassword',
  'passw0rd1234',
  'p@ssw0rd1234',
  'p@ssword1234',
  'qwerty123456',
  'qwerty12345678',
  'qwertyqwerty',
  'qwertyuiop12',
  'qwertyuiop123',
  'qwertyuiopas',
  'qwertyuiopasdf',
  'qwertyuiop[]',
  'welcome12345',
  'welcome123456',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  '1qazxsw23edc',
  'abc123456789',
  'admin1234567',
  'administrator1',
  'trustno1trustno1',
])

/** Up and down the digits and the alphabet, as often as it takes. */
const RUNS = ['0123456789', '1234567890', 'abcdefghijklmnopqrstuvwxyz'].flatMap((run) => {
  const again = run.repeat(8)
  return [again, Array.from(again).toReversed().join('')]
})

/** Composed and decomposed letters are the same to who types them (NFKC, RFC 8265 §4.2). */
export const normalPassword = (password: string): string => password.normalize('NFKC')

/**
 * What is wrong with a new password, to follow "password"; null: nothing.
 *
 * @param email whose it shall be: neither it nor what is before its `@` protects anything.
 */
export function passwordProblem(password: string, email: string): string | null {
  const text = normalPassword(password)
  if (Array.from(text).length < PASSWORD_LENGTH_MIN) {
    return `is shorter than ${PASSWORD_LENGTH_MIN} characters`
  }
  if (Buffer.byteLength(text) > PASSWORD_BYTES_MAX) {
    return `is longer than ${PASSWORD_BYTES_MAX} bytes`
  }
  const lower = text.toLowerCase()
  const local = email.slice(0, email.lastIndexOf('@'))
  const guessable =
    COMMON.has(lower) ||
    RUNS.some((run) => run.includes(lower)) ||
    isRepeated(lower) ||
    lower === email ||
    withoutDigits(lower) === withoutDigits(local)
  return guessable ? 'is one of the first that anybody would guess' : null
}

const withoutDigits = (text: string): string => text.replace(/\d/g, '')

/** A few characters over and over: `aaaaaaaaaaaa`, `abcabcabcabc`. */
function isRepeated(text: string): boolean {
  return [1, 2, 3, 4].some((length) => {
    const times = Math.ceil(text.length / length)
    return text.slice(0, length).repeat(times).slice(0, text.length) === text
  })
}
