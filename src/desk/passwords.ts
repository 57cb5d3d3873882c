/**
 * Passwords as scrypt hashes (RFC 7914), one after the other: each needs 128 MiB and a third of a
 * second, so a flood of logins waits in line instead of taking all there is.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { normalPassword } from './password-rules.ts'

/** Binary logarithm of N: 2^17 with r=8 and p=1 is what OWASP recommends. */
const COST = 17
const COST_MAX = 20
const BLOCK_SIZE = 8
const SALT_BYTES = 16
const HASH_BYTES = 32
const AT_ONCE = 2

/** PHC string format: `$scrypt$ln=17,r=8,p=1$salt$hash`. */
const STORED = /^\$scrypt\$ln=(\d{1,2}),r=8,p=1\$([\w+/]+)\$([\w+/]+)$/

export interface Verified {
  readonly right: boolean
  /** Right, but hashed at another cost than we use now: hash it again. */
  readonly stale: boolean
}

export class Passwords {
  readonly #cost: number
  readonly #decoy: string
  readonly #waiting: (() => void)[] = []
  #running = 0

  /** @param cost binary logarithm of scrypt's N. */
  constructor(cost = COST) {
    this.#cost = cost
    this.#decoy = storedForm(cost, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES))
  }

  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES)
    return storedForm(this.#cost, salt, await this.#derive(password, salt, this.#cost))
  }

  /** Takes as long for null (no such user, or none set) as for a wrong password. */
  async verify(password: string, stored: string | null): Promise<Verified> {
    const parts = STORED.exec(stored ?? '') ?? STORED.exec(this.#decoy)
    const [, cost = '', salt = '', hash = ''] = parts ?? []
    if (Number(cost) > COST_MAX) return { right: false, stale: false }
    const wanted = Buffer.from(hash, 'base64')
    const given = await this.#derive(password, Buffer.from(salt, 'base64'), Number(cost))
    const right =
      given.length === wanted.length && timingSafeEqual(given, wanted) && stored !== null
    return { right, stale: right && Number(cost) !== this.#cost }
  }

  async #derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
    await this.#turn()
    try {
      return await derive(normalPassword(password), salt, cost)
    } finally {
      const next = this.#waiting.shift()
      // Who waits takes over the place that becomes free.
      if (next === undefined) this.#running -= 1
      else next()
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < AT_ONCE) {
      this.#running += 1
      return
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}

function storedForm(cost: number, salt: Buffer, hash: Buffer): string {
  const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$scrypt$ln=${cost},r=${BLOCK_SIZE},p=1$${unpadded(salt)}$${unpadded(hash)}`
}

function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  const N = 2 ** cost
  const options = { N, r: BLOCK_SIZE, p: 1, maxmem: 2 * 128 * N * BLOCK_SIZE }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (err, hash) => {
      if (err === null) resolve(hash)
      else reject(err)
    })
  })
}
