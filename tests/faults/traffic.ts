/**
 * A busy desk's people, for the fault tests: customers who write and answer, and an agent who
 * answers the notices he gets, by mail with the token in them or through the API. Everything is in
 * a ledger before it is handed over, and everything the SMTP server takes is in another.
 */
import { join } from 'node:path'
import { type MailWorld, startMailWorld } from '../../src/demo/mail-world.ts'
import { readMail } from '../../src/demo/read-mail.ts'
import type { ReceivedMessage } from '../../src/demo/smtp/server.ts'
import { headerIn } from '../kit/journey-desk.ts'
import { ApiAgent } from './api-agent.ts'
import { Ledger } from './ledger.ts'
import { deliveryId } from './read-desk.ts'

export const SUPPORT = 'support@acme.test'
export const AGENT = 'agent@acme.test'
const PASSWORD = 'secret'
/** A daemon on a busy machine is at work after this. */
const START_MS = 60_000

/** Of five mails the last is a customer's answer to the one before. */
const EVERY = 5
const isAnswer = (index: number): boolean => index % EVERY === EVERY - 1

/** How the agent answers the ticket that mail number `index` opened. */
function answerTo(index: number): 'by_mail' | 'by_api' | null {
  if (index % EVERY === 1) return 'by_mail'
  return index % EVERY === 3 || index % (2 * EVERY) === 0 ? 'by_api' : null
}

/** What differs between daemons of one desk. */
export interface OwnConfig {
  readonly url: string
  readonly dataDir: string
  /** Of the API. */
  readonly port: number
  readonly lanes: number
  /** What becomes of stored mail on the server: a value of `imap.done`. */
  readonly done?: string
}

export class Traffic {
  readonly world: MailWorld
  readonly api: ApiAgent
  /** What was said to the desk. */
  readonly sent: Ledger
  /** What the SMTP server took. */
  readonly delivered: Ledger
  /** So many mails are in the mailbox. */
  mails = 0
  readonly #answered = new Set<number>()
  readonly #largeEvery: number
  #customers = 0

  private constructor(world: MailWorld, directory: string, largeEvery: number) {
    this.world = world
    this.#largeEvery = largeEvery
    this.sent = new Ledger(join(directory, 'sent.jsonl'))
    this.delivered = new Ledger(join(directory, 'delivered.jsonl'))
    this.api = new ApiAgent(this.sent)
  }

  /** `directory`: where the ledgers are kept. `largeEvery`: so many mails have one with a large file. */
  static async start(directory: string, { largeEvery = 50 } = {}): Promise<Traffic> {
    const hears: ((message: ReceivedMessage) => void)[] = []
    const world = await startMailWorld({
      accounts: { [SUPPORT]: PASSWORD },
      onReceived: (message) => hears.forEach((hear) => hear(message)),
    })
    const traffic = new Traffic(world, directory, largeEvery)
    hears.push((message) => traffic.#onReceived(message))
    return traffic
  }

  /** The next `count` mails of customers. */
  customersWrite(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const index = this.#customers
      this.#customers += 1
      this.#arrives(
        `request-${index}@example.org`,
        customersMail(index, { large: index % this.#largeEvery === LARGE_AT }),
      )
    }
  }

  /** Resolves when a daemon that is being started has logged in. */
  async untilAtWork(): Promise<void> {
    await this.world.imap.untilCommand(/^(?:LOGIN|AUTHENTICATE)/, { timeoutMs: START_MS })
  }

  /** The tree of a configuration file for a daemon with this inbox. */
  configOf(own: OwnConfig): object {
    const { imap, smtp } = this.world
    return deskConfig({ ...own, imapPort: imap.port, smtpPort: smtp.port })
  }

  async close(): Promise<void> {
    await this.api.close()
    await this.world.close()
  }

  /** The ledger first; then the agent reads what is for him. */
  #onReceived({ envelope, source }: ReceivedMessage): void {
    const messageId = headerIn(source, 'Message-ID').replace(/^<|>$/g, '')
    for (const recipient of envelope.rcptTo) {
      this.delivered.note(deliveryId(messageId, recipient), source)
    }
    if (envelope.rcptTo.includes(AGENT)) this.#agentReads(source)
  }

  #agentReads(source: Buffer): void {
    const notice = readMail(source)
    const index = Number(/Request (\d+)/.exec(notice.subject)?.[1])
    const how = answerTo(index)
    if (how === null || this.#answered.has(index)) return
    this.#answered.add(index)
    if (how === 'by_mail') {
      const lines = [
        `From: Bruno <${AGENT}>`,
        `To: ${notice.replyTo}`,
        `Subject: Re: ${notice.subject}`,
        `Message-ID: <answer-${index}@acme.test>`,
        `In-Reply-To: ${notice.messageId}`,
        '',
        `This answers request ${index}.`,
        '',
      ]
      this.#arrives(`answer-${index}@acme.test`, lines.join('\r\n'))
      return
    }
    const ticketId = Number(/\/tickets\/(\d+)/.exec(headerIn(source, 'List-Archive'))?.[1])
    this.api.answer(ticketId, `This answers request ${index}, through the API.`)
  }

  #arrives(messageId: string, mail: string): void {
    this.sent.note(messageId, mail)
    this.world.imap.deliver(SUPPORT, mail)
    this.mails += 1
  }
}

/** Everything that says how to run the desk of the fault tests. */
export function deskConfig(own: OwnConfig & { imapPort: number; smtpPort: number }): object {
  const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: PASSWORD }
  return {
    listen: `127.0.0.1:${own.port}`,
    data_dir: own.dataDir,
    database: own.url,
    acknowledgement: { budget: 'unlimited' },
    agent_notices: { default: 'mine_unassigned', coalesce: '0s' },
    agents: [{ email: AGENT, name: 'Bruno' }],
    flood: 'unlimited',
    log: { level: 'warn' },
    inboxes: [
      {
        name: 'Support',
        address: SUPPORT,
        imap: { ...account, port: own.imapPort, done: own.done ?? 'seen' },
        smtp: { ...account, port: own.smtpPort, lanes: own.lanes },
      },
    ],
  }
}

/** Of so many mails, this one. */
const LARGE_AT = 2
/** Beyond it a source or an attachment is a file of its own beside SQLite. */
const LARGE_BYTES = 160 * 1024
const BOUNDARY = 'next-part'

function customersMail(index: number, { large }: { large: boolean }): string {
  const parent = isAnswer(index) ? index - 1 : null
  const text = `This is mail ${index}. ${'It goes on for a while. '.repeat(index % 40)}`
  return [
    `From: <customer${parent ?? index}@example.org>`,
    `To: ${SUPPORT}`,
    `Subject: Request ${parent ?? index}`,
    `Message-ID: <request-${index}@example.org>`,
    ...(parent === null ? [] : [`In-Reply-To: <request-${parent}@example.org>`]),
    ...(large ? withFile(text, index) : ['', text, '']),
  ].join('\r\n')
}

const withFile = (text: string, index: number): string[] => [
  `Content-Type: multipart/mixed; boundary=${BOUNDARY}`,
  '',
  `--${BOUNDARY}`,
  '',
  text,
  `--${BOUNDARY}`,
  'Content-Type: application/octet-stream; name=large.bin',
  'Content-Transfer-Encoding: base64',
  '',
  // No two alike: what is stored already would not be stored again.
  ...(Buffer.alloc(LARGE_BYTES, `file ${index} `)
    .toString('base64')
    .match(/.{1,76}/g) ?? []),
  `--${BOUNDARY}--`,
  '',
]

/** Which mail's ticket a comment belongs to: the ids of its whole conversation are told by this. */
export function openingOf(id: string): string {
  const index = Number(/\d+/.exec(id)?.[0])
  const opening = id.startsWith('request-') && isAnswer(index) ? index - 1 : index
  return `request-${opening}@example.org`
}
