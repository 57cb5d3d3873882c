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

/** Of five mails the last is a customer's answer to the one before. */
const EVERY = 5
const isAnswer = (index: number): boolean => index % EVERY === EVERY - 1

/** How the agent answers the ticket that mail number `index` opened. */
function answerTo(index: number): 'by_mail' | 'by_api' | null {
  if (index % EVERY === 1) return 'by_mail'
  return index % EVERY === 3 || index % (2 * EVERY) === 0 ? 'by_api' : null
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
  #customers = 0

  private constructor(world: MailWorld, directory: string) {
    this.world = world
    this.sent = new Ledger(join(directory, 'sent.jsonl'))
    this.delivered = new Ledger(join(directory, 'delivered.jsonl'))
    this.api = new ApiAgent(this.sent)
  }

  /** `directory`: where the ledgers are kept. */
  static async start(directory: string): Promise<Traffic> {
    const hears: ((message: ReceivedMessage) => void)[] = []
    const world = await startMailWorld({
      accounts: { [SUPPORT]: PASSWORD },
      onReceived: (message) => hears.forEach((hear) => hear(message)),
    })
    const traffic = new Traffic(world, directory)
    hears.push((message) => traffic.#onReceived(message))
    return traffic
  }

  /** The next `count` mails of customers. */
  customersWrite(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const index = this.#customers
      this.#customers += 1
      this.#arrives(`request-${index}@example.org`, customersMail(index))
    }
  }

  /** The tree of a configuration file for a daemon with this inbox. */
  configOf(own: { url: string; dataDir: string; port: number; lanes: number }): object {
    const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: PASSWORD }
    const { imap, smtp } = this.world
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
          imap: { ...account, port: imap.port },
          smtp: { ...account, port: smtp.port, lanes: own.lanes },
        },
      ],
    }
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

function customersMail(index: number): string {
  const parent = isAnswer(index) ? index - 1 : null
  return [
    `From: <customer${parent ?? index}@example.org>`,
    `To: ${SUPPORT}`,
    `Subject: Request ${parent ?? index}`,
    `Message-ID: <request-${index}@example.org>`,
    ...(parent === null ? [] : [`In-Reply-To: <request-${parent}@example.org>`]),
    '',
    `This is mail ${index}. ${'It goes on for a while. '.repeat(index % 40)}`,
    '',
  ].join('\r\n')
}

/** Which mail's ticket a comment belongs to: the ids of its whole conversation are told by this. */
export function openingOf(id: string): string {
  const index = Number(/\d+/.exec(id)?.[0])
  const opening = id.startsWith('request-') && isAnswer(index) ? index - 1 : index
  return `request-${opening}@example.org`
}
