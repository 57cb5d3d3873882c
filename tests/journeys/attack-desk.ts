/**
 * A desk under attack: loops that fetch, take in and send for real, and who hears of what, read from
 * the SMTP server to the last recipient.
 */
import { afterAll, expect } from 'vitest'
import { sourceOf } from '../../src/store/outbox.ts'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

export const AGENT = 'bruno@acme.test'
export const OUR_SERVER = 'mx.acme.test'
const fresh = onSqlite(onDesk)
const scratch = makeScratch('attacks')
const parser = sharedParser(scratch)
export let desk: RunningDesk
let taken = 0

/** A desk for the tests of one describe(). */
export async function attack(tree: Parameters<typeof startDesk>[2]): Promise<void> {
  desk = await startDesk(await fresh(), parser, { agent_notices: { coalesce: '0s' }, ...tree })
  await desk.addUser(AGENT, 'agent', 'Bruno')
  desk.start('fetch', 'intake', 'send')
  taken = 0
}

afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

export interface Heard {
  readonly to: string
  readonly kind: string
  readonly source: string
}

/** These mails arrive; everything that leaves because of them. */
export async function after(...mails: readonly string[]): Promise<Heard[]> {
  const { read } = desk.store
  const before = await read('outbox').max({ id: 'id' }).first<{ id: number | null }>()
  for (const mail of mails) desk.arrives(mail)
  taken += mails.length
  await until(
    'everything to be taken in and sent',
    async () => {
      const rows = await read('inbound_messages').select<{ fate: string }[]>('fate')
      const owed = await read('outbox').whereIn('outcome', ['queued', 'sending', 'ending'])
      return (
        rows.length >= taken && rows.every(({ fate }) => fate !== 'pending') && owed.length === 0
      )
    },
    30,
    120_000,
  )
  const sent = await read('outbox')
    .where('id', '>', before?.id ?? 0)
    .where({ outcome: 'sent' })
    .orderBy('id')
    .select<{ id: number; rcpt_to: string; kind: string }[]>('id', 'rcpt_to', 'kind')
  return Promise.all(
    sent.map(async ({ id, rcpt_to: to, kind }) => ({
      to,
      kind,
      source: (await sourceOf(read, id))?.source.toString('latin1') ?? '',
    })),
  )
}

export const recipients = (heard: readonly Heard[]): string[] =>
  heard.map(({ to }) => to).toSorted(byText)
export const byText = (a: string, b: string): number => a.localeCompare(b)

/** What lies in somebody's mailbox. */
export const mailbox = (address: string): string[] =>
  desk.world.inboxOf(address).map(({ source }) => source.toString('latin1'))

export const lastTicket = async (): Promise<Record<string, unknown>> =>
  (await desk.store.read('tickets').orderBy('id', 'desc').first()) as Record<string, unknown>

export const commentsOf = (id: unknown): Promise<Record<string, unknown>[]> =>
  desk.store.read('comments').where({ ticket_id: id }).orderBy('id').select()

export const lastFate = async (): Promise<string> =>
  (await desk.store.read('inbound_messages').orderBy('id', 'desc').first('fate')).fate

export const emailOf = async (id: unknown): Promise<string | null> =>
  id === null ? null : (await desk.store.read('users').where({ id }).first('email')).email

export const headerOf = (source: string, name: string): string =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(source)?.[1]?.replace(/\r\n/g, '') ?? ''

/** Our own server’s word that the sender is who he says. */
export const passed = (from: string, verdict = 'pass'): string =>
  `${OUR_SERVER}; dmarc=${verdict} header.from=${from.split('@')[1] ?? ''}`

export const mail = (
  from: string,
  more: Record<string, string | null | readonly string[]> = {},
  text = 'It is on fire.',
): string => aMail({ headers: { From: from, ...more }, text })

export const authentic = (
  from: string,
  more: Record<string, string | null | readonly string[]> = {},
  text?: string,
): string => mail(from, { 'Authentication-Results': passed(from), ...more }, text)

/** As a mail client answers what this person got last; `more` is what the attacker changes. */
export function answerTo(
  got: string,
  from: string,
  more: Record<string, string | null> = {},
  text = 'Me again.',
): string {
  const id = headerOf(got, 'Message-ID')
  return mail(
    from,
    {
      To: headerOf(got, 'Reply-To'),
      Subject: headerOf(got, 'Subject'),
      'In-Reply-To': id,
      References: id,
      ...more,
    },
    text,
  )
}

/** An authentic customer with a ticket; what he and the agent got. */
export async function aTicketOf(
  customer: string,
): Promise<{ id: number; ack: string; notice: string }> {
  const heard = await after(authentic(customer))
  expect(recipients(heard)).toEqual([AGENT, customer].toSorted(byText))
  const of = (to: string): string => heard.find((one) => one.to === to)?.source ?? ''
  const { id } = await lastTicket()
  return { id: Number(id), ack: of(customer), notice: of(AGENT) }
}

/** Nobody but the agent heard of it, and a ticket of its own was opened. */
export async function expectOwnTicket(heard: readonly Heard[], original: number): Promise<void> {
  expect(recipients(heard)).toEqual([AGENT])
  expect(Number((await lastTicket())['id'])).toBeGreaterThan(original)
  expect(await commentsOf(original)).toHaveLength(1)
}
