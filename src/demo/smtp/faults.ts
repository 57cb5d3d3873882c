/**
 * How the SMTP server misbehaves on command: rules for the stages of a transaction.
 *
 *   smtp.faults.add({ at: 'rcpt', line: /ben@/, times: 2, do: 'reply', with: '451 4.7.1 Later' })
 *   smtp.faults.add({ at: 'accepted', do: 'drop' })
 */
import { Changes } from '../changes.ts'

/** In the order of a conversation; `connect` is the moment before the greeting. */
export type Stage =
  | 'connect'
  | 'ehlo'
  | 'starttls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'body' /* inside the message, before the final dot */
  | 'dot' /* after the final dot; the message is not kept */
  | 'accepted' /* after the final dot; the message is kept, whatever the client hears */

export type SmtpMischief =
  | { do: 'reply'; with: string } /* this reply, raw; several lines with \r\n between them */
  | { do: 'drop' } /* cuts the connection */
  | { do: 'hang' } /* never answers */
  | { do: 'delay'; ms: number } /* answers right, but late */
  | { do: 'endless' } /* a multi-line reply without an end */

export type SmtpFault = SmtpMischief & {
  at: Stage
  /** Matched against the client's line, e.g. `RCPT TO:<ben@example.org>`. */
  line?: RegExp
  /** How often; 1 if not said. */
  times?: number
  /** How many go right before. */
  skip?: number
}

export interface ArmedSmtpFault {
  readonly used: number
  /** Resolves when the rule has been used so often. */
  untilUsed(times?: number): Promise<void>
  remove(): void
}

interface Armed {
  fault: SmtpFault
  skip: number
  left: number
  used: number
}

export class SmtpFaults {
  readonly #changes = new Changes()
  readonly #hidden = new Set<string>()
  #armed: Armed[] = []

  add(fault: SmtpFault): ArmedSmtpFault {
    const armed = { fault, skip: fault.skip ?? 0, left: fault.times ?? 1, used: 0 }
    this.#armed.push(armed)
    const changes = this.#changes
    return {
      get used() {
        return armed.used
      },
      async untilUsed(times = 1) {
        await changes.until(() => (armed.used >= times ? true : undefined), {
          what: `the SMTP fault at ${fault.at} to be used ${times} times`,
        })
      },
      remove: () => {
        this.#armed = this.#armed.filter((other) => other !== armed)
      },
    }
  }

  /** EHLO keywords the server does not announce from now on, e.g. `SIZE`, `8BITMIME`. */
  hide(...keywords: readonly string[]): void {
    for (const keyword of keywords) this.#hidden.add(keyword.toUpperCase())
  }

  isHidden(keyword: string): boolean {
    return this.#hidden.has(keyword.toUpperCase())
  }

  clear(): void {
    this.#armed = []
    this.#hidden.clear()
  }

  /** What goes wrong at this stage, if anything. */
  take(stage: Stage, line: string): SmtpMischief | null {
    for (const armed of this.#armed) {
      const { at, line: pattern } = armed.fault
      if (armed.left <= 0 || at !== stage || pattern?.test(line) === false) continue
      if (armed.skip > 0) {
        armed.skip -= 1
        continue
      }
      armed.left -= 1
      armed.used += 1
      this.#changes.announce()
      return armed.fault
    }
    return null
  }
}
