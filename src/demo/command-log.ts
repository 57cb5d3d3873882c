/** What clients said to one of the demo's servers, so that a test can wait for it. */
import type { Changes, WaitOptions } from './changes.ts'

export interface SeenCommand {
  /** One line, without an IMAP tag; an IMAP literal is written as its size. */
  text: string
  user: string | null
}

/** Tests look at the last few; a demo that runs for days must not keep them all. */
const COMMANDS_KEPT = 2_000

export class CommandLog {
  readonly #changes: Changes
  readonly #kept: SeenCommand[] = []
  #count = 0

  constructor(changes: Changes) {
    this.#changes = changes
  }

  /** Oldest first. */
  get commands(): readonly SeenCommand[] {
    return this.#kept
  }

  add(command: SeenCommand): void {
    this.#count += 1
    this.#kept.push(command)
    if (this.#kept.length > COMMANDS_KEPT) this.#kept.splice(0, COMMANDS_KEPT / 2)
    this.#changes.announce()
  }

  /** Resolves with the first command after this call that matches. */
  untilNext(pattern: RegExp, options: Partial<WaitOptions> = {}): Promise<SeenCommand> {
    const before = this.#count
    const unseen = (): readonly SeenCommand[] =>
      this.#count === before ? [] : this.#kept.slice(before - this.#count)
    return this.#changes.until(() => unseen().find(({ text }) => pattern.test(text)), {
      what: `a command like ${pattern.source}`,
      ...options,
    })
  }
}
