/** The mail program of one person of the demo: writes, waits for mail, replies to it. */
import type { Mail, Person } from './compose-mail.ts'
import { composeMail } from './compose-mail.ts'
import type { MailWorld } from './mail-world.ts'
import type { ReadMail } from './read-mail.ts'
import { readMail } from './read-mail.ts'
import { submitMail } from './submit-mail.ts'

/** A mail without its sender: that is whoever holds the program. */
export type Draft = Omit<Mail, 'from'> & {
  /** The envelope sender, where it is not the person; '' for automatic mail. */
  mailFrom?: string
}

export interface ReplyOptions {
  /** Replaces `Re: ...`. */
  subject?: string
  headers?: Readonly<Record<string, string>>
  /** Mail that a machine sends in the person's name quotes nothing and has no sender. */
  isAutomatic?: boolean
  cc?: readonly Person[]
}

export interface MailProgramOptions {
  password: string
  /** Ends all waiting for mail. */
  signal: AbortSignal
}

/** Far longer than a working daemon needs, short enough to wait for a broken one. */
const PATIENCE_MS = 30_000

export class MailProgram {
  readonly person: Person
  readonly #world: MailWorld
  readonly #password: string
  readonly #signal: AbortSignal

  constructor(world: MailWorld, person: Person, options: MailProgramOptions) {
    this.#world = world
    this.person = person
    this.#password = options.password
    this.#signal = options.signal
  }

  async write({ mailFrom = this.person.address, ...mail }: Draft): Promise<void> {
    const { source } = composeMail({ ...mail, from: this.person }, new Date())
    await submitMail({
      port: this.#world.smtp.port,
      user: this.person.address,
      password: this.#password,
      mailFrom,
      rcptTo: [...mail.to, ...(mail.cc ?? [])].map(({ address }) => address),
      source,
    })
  }

  /** Like a person does it: answer on top, the other's text quoted below. */
  async reply(to: ReadMail, text: string, options: ReplyOptions = {}): Promise<void> {
    const { subject = replySubject(to.subject), headers, isAutomatic = false, cc } = options
    const quoted = to.text.trimEnd().replace(/^/gm, '> ')
    await this.write({
      to: [{ name: to.from, address: to.replyTo }],
      subject,
      text: isAutomatic
        ? text
        : `${text}\n\nOn ${new Date().toUTCString()}, ${to.from} wrote:\n${quoted}\n`,
      inReplyTo: to.messageId,
      references: [...to.references, to.messageId],
      ...(headers && { headers }),
      ...(cc && { cc }),
      ...(isAutomatic && { mailFrom: '' }),
    })
  }

  /** Everything in the INBOX, oldest first. */
  get mails(): readonly ReadMail[] {
    return this.#world.inboxOf(this.person.address).map(({ source }) => readMail(source))
  }

  /** Waits for a mail like this; `what` completes "waited for ...". */
  async waitFor(what: string, test: (mail: ReadMail) => boolean): Promise<ReadMail> {
    const found = await this.#world.untilMail(
      this.person.address,
      ({ source }) => test(readMail(source)),
      {
        what: `${what} in the mailbox of ${this.person.name}`,
        timeoutMs: PATIENCE_MS,
        signal: this.#signal,
      },
    )
    return readMail(found.source)
  }
}

const replySubject = (subject: string): string =>
  /^re:/i.test(subject) ? subject : `Re: ${subject}`
