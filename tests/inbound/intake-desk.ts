/**
 * A desk that takes mail in, one per test: what arrived, what it owes, and replies as mail
 * clients make them.
 */
import { afterAll, afterEach } from 'vitest'
import { type OutboxMessage, sourceOf } from '../../src/store/outbox.ts'
import { aMail } from '../kit/a-mail.ts'
import { type RunningDesk, sharedParser, startDesk } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('intake')
const parser = sharedParser(scratch)
export let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

export const AT_ONCE = { agent_notices: { coalesce: '0s' } }

/** A desk that has taken in these mails. */
export async function afterMail(
  fresh: () => Promise<Parameters<typeof startDesk>[0]>,
  mails: readonly string[],
  tree: Parameters<typeof startDesk>[2] = AT_ONCE,
): Promise<RunningDesk> {
  desk = await startDesk(await fresh(), parser, tree)
  await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
  await arrive(...mails)
  return desk
}

let arrived = 0
export async function arrive(...mails: readonly string[]): Promise<void> {
  await desk.stop()
  const before = await desk.store.read('inbound_messages').select('id')
  for (const mail of mails) desk.arrives(mail)
  arrived = before.length + mails.length
  desk.start('fetch', 'intake')
  await desk.untilSettled(arrived)
}

export const textOf = async ({ id }: OutboxMessage): Promise<string> =>
  (await sourceOf(desk.store.read, id))?.source.toString('latin1') ?? ''

export const headerOf = (source: string, name: string): string =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(source)?.[1]?.replace(/\r\n/g, '') ?? ''

/** The newest mail owed to this address. */
export async function mailTo(address: string): Promise<OutboxMessage> {
  const row = (await desk.outbox()).findLast(({ rcptTo }) => rcptTo === address)
  if (row === undefined) throw new Error(`nothing is owed to ${address}`)
  return row
}

/** A reply as a mail client makes it: to the Reply-To of the newest mail this person got. */
export async function replyFrom(
  from: string,
  text: string,
  headers: Record<string, string | null> = {},
): Promise<string> {
  const source = await textOf(await mailTo(from))
  const id = headerOf(source, 'Message-ID')
  return aMail({
    headers: {
      From: from,
      To: headerOf(source, 'Reply-To'),
      Subject: headerOf(source, 'Subject'),
      'In-Reply-To': id,
      References: id,
      ...headers,
    },
    text,
  })
}

export const owed = async (): Promise<string[]> =>
  (await desk.outbox()).map(({ kind, rcptTo, outcome }) => `${kind} ${rcptTo} ${outcome}`)

export const fatesOf = async (): Promise<string[]> =>
  (await desk.untilSettled(arrived)).map(({ fate }) => fate)
