/**
 * How the IMAP server misbehaves on command: a list of rules, each saying on which command, how
 * often and what goes wrong. The first rule that matches a command is used up by one.
 *
 *   imap.faults.add({ on: /^UID FETCH/, times: 2, do: 'drop' })
 *   imap.faults.add({ on: CONNECT, do: 'answer', with: '* BYE Too many connections' })
 */
import { Changes } from '../changes.ts'
import { unreachable } from '../../errors.ts'

export type Mischief =
  | { do: 'drop' } /* cuts the connection instead of answering */
  | { do: 'stall' } /* never answers; the connection stays open */
  | { do: 'bye'; text?: string } /* says BYE, then closes */
  | { do: 'answer'; with: string } /* does nothing and answers so: `NO [OVERQUOTA] Full` */
  | { do: 'say_first'; lines: readonly string[] } /* unsolicited lines before the right answer */
  | { do: 'say_instead'; lines: readonly string[] } /* these untagged lines, then OK */
  | { do: 'omit'; lines: RegExp } /* leaves out the response lines that match */
  | { do: 'rewrite'; from: RegExp; to: string } /* changes the text of every response line */
  | { do: 'wrong_uid'; uid: number } /* answers a FETCH with this UID */
  | { do: 'empty_body' } /* every literal is {0} */
  | { do: 'nil_body' } /* every literal is NIL */
  | { do: 'literal'; longerBy: number } /* sends so many bytes more, or fewer, than announced */
  | { do: 'literal'; announced: number } /* announces this size whatever it sends */
  | { do: 'cut'; afterBytes: number } /* drops the connection inside the response */
  | { do: 'drip'; bytes: number; everyMs: number } /* sends slower than anybody wants to wait */
  | { do: 'keep_quiet' } /* accepts IDLE and never says a word */

export type ImapFault = Mischief & {
  /** Matched against the command without its tag, e.g. `UID FETCH 5 (BODY.PEEK[])`. */
  on: RegExp
  /** Only for who is logged in as this user. */
  user?: string
  /** How many commands it hits; 1 if not said. */
  times?: number
  /** How many matching commands go right before. */
  skip?: number
}

/** The pseudo-command of a new connection: `answer` then is the greeting, `stall` is none. */
export const CONNECT = /^CONNECT$/

/** A piece of a response: text, or a literal with the size it claims to have. */
export type ResponsePiece = string | { literal: Buffer; announced: number } | null

export interface ArmedFault {
  readonly used: number
  /** Resolves when the rule has been used so often. */
  untilUsed(times?: number): Promise<void>
  remove(): void
}

interface Armed {
  fault: ImapFault
  skip: number
  left: number
  used: number
}

export class ImapFaults {
  readonly #changes = new Changes()
  readonly #hidden = new Set<string>()
  #armed: Armed[] = []

  add(fault: ImapFault): ArmedFault {
    const armed = { fault, skip: fault.skip ?? 0, left: fault.times ?? 1, used: 0 }
    this.#armed.push(armed)
    const changes = this.#changes
    return {
      get used() {
        return armed.used
      },
      async untilUsed(times = 1) {
        await changes.until(() => (armed.used >= times ? true : undefined), {
          what: `the IMAP fault on ${fault.on.source} to be used ${times} times`,
        })
      },
      remove: () => {
        this.#armed = this.#armed.filter((other) => other !== armed)
      },
    }
  }

  /** Capabilities the server does not have from now on; their commands are BAD. */
  hide(...capabilities: readonly string[]): void {
    for (const name of capabilities) this.#hidden.add(name)
  }

  isHidden(capability: string): boolean {
    return this.#hidden.has(capability)
  }

  clear(): void {
    this.#armed = []
    this.#hidden.clear()
  }

  /** What goes wrong with this command, if anything. */
  take(command: string, user: string | null): Mischief | null {
    for (const armed of this.#armed) {
      const { on, user: wanted = user } = armed.fault
      if (armed.left <= 0 || wanted !== user || !on.test(command)) continue
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

/** A response line as this mischief wants it; an empty list drops the line. */
export function spoil(
  mischief: Mischief | null,
  line: readonly ResponsePiece[],
): readonly ResponsePiece[] {
  switch (mischief?.do) {
    case 'omit':
      return mischief.lines.test(textIn(line)) ? [] : line
    case 'rewrite':
      return inText(line, (text) => text.replace(mischief.from, mischief.to))
    case 'wrong_uid':
      return inText(line, (text) => text.replace(/\bUID \d+/, `UID ${mischief.uid}`))
    case 'empty_body':
      return inLiterals(line, () => ({ literal: Buffer.alloc(0), announced: 0 }))
    case 'nil_body':
      return inLiterals(line, () => null)
    case 'literal':
      return inLiterals(line, ({ literal, announced }) => ({
        literal,
        announced:
          'announced' in mischief ? mischief.announced : Math.max(0, announced - mischief.longerBy),
      }))
    case undefined:
    case 'answer':
    case 'bye':
    case 'cut':
    case 'drip':
    case 'drop':
    case 'keep_quiet':
    case 'say_first':
    case 'say_instead':
    case 'stall':
      return line
    default:
      return unreachable(mischief)
  }
}

type Literal = Exclude<ResponsePiece, string | null>

const textIn = (line: readonly ResponsePiece[]): string =>
  line.filter((piece) => typeof piece === 'string').join('')

const inText = (
  line: readonly ResponsePiece[],
  change: (text: string) => string,
): readonly ResponsePiece[] =>
  line.map((piece) => (typeof piece === 'string' ? change(piece) : piece))

const inLiterals = (
  line: readonly ResponsePiece[],
  change: (literal: Literal) => ResponsePiece,
): readonly ResponsePiece[] =>
  line.map((piece) => (typeof piece === 'object' && piece !== null ? change(piece) : piece))
