/** A desk where everything can happen: people in every state, mail of every fate, and the document. */
import { rename } from 'node:fs/promises'
import { insertAttachments } from '../../../src/store/attachments.ts'
import { insertInbound, settleInbound } from '../../../src/store/inbound-messages.ts'
import { Client, type Json, type Reply, type TestApi } from '../desk-api.ts'
import { Document } from './document.ts'

/** Nothing is slowed down but where that is what is looked at. */
export const UNLIMITED = {
  rate_limits: {
    token: 'unlimited',
    session: 'unlimited',
    login: 'unlimited',
    register: 'unlimited',
    verify: 'unlimited',
    forgot: 'unlimited',
  },
  categories: ['billing', 'hardware'],
}

export const PASSWORD = 'a herring in the garden'
const SOURCE = Buffer.from('Subject: Hello\r\nFrom: lena@example.org\r\n\r\nHello.\r\n')

export interface World {
  readonly api: TestApi
  readonly document: Document
  readonly ana: Client
  readonly bruno: Client
  readonly carla: Client
  readonly mallory: Client
  readonly nobody: Client
}

/** The cast, whose every answer is judged by the document. */
export async function worldOf(api: TestApi): Promise<World> {
  const document = await Document.of(api.nobody)
  const judged = (client: Client): Client => client.watchedBy(document.check)
  const [ana, bruno, carla, mallory, nobody] = [
    judged(api.ana),
    judged(api.bruno),
    judged(api.carla),
    judged(api.mallory),
    judged(api.nobody),
  ]
  return { api, document, ana, bruno, carla, mallory, nobody }
}

export const ticket = async ({ ana }: World, more: object = {}): Promise<number> =>
  idIn(await ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.', ...more }))

export const idIn = ({ status, body }: Reply): number => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return Number(body.id)
}

/** What a call must answer for the script to go on. */
export function must({ status, body }: Reply, wanted: number | string): Json {
  if (status === wanted || body.code === wanted) return body
  throw new Error(`${wanted} was wanted, and not ${status} ${JSON.stringify(body)}`)
}

/** Somebody with a password who may log in, and what his cookie says. */
export async function member(
  { carla, nobody }: World,
  { email, role }: { email: string; role: string },
): Promise<{ id: number; headers: Record<string, string> }> {
  const id = idIn(await carla.post('/api/v1/users', { email, role, password: PASSWORD }))
  return { id, headers: await loggedIn(nobody, email) }
}

export async function loggedIn(nobody: Client, email: string): Promise<Record<string, string>> {
  const reply = await nobody.post('/api/v1/auth/login', { email, password: PASSWORD })
  must(reply, 200)
  return { cookie: (reply.headers.get('set-cookie') ?? '').replace(/;.*$/, '') }
}

/** The newest code that was mailed there. */
export async function codeFor(api: TestApi, address: string): Promise<string> {
  const row = (await api.store
    .read('outbox')
    .join('outbox_sources', 'outbox.id', 'outbox_sources.outbox_id')
    .where({ rcpt_to: address })
    .orderBy('outbox.id', 'desc')
    .first('source')) as { source: Buffer } | undefined
  return /^(\d{6})\r?$/m.exec(row?.source.toString() ?? '')?.[1] ?? 'none'
}

/** Does something while the stored bytes of a row are not there. */
export async function withoutFile(
  { context, store }: TestApi,
  { table, id }: { table: 'attachments' | 'inbound_messages'; id: number },
  work: () => Promise<unknown>,
): Promise<void> {
  const { sha256 } = (await store.read(table).where({ id }).first('sha256')) as { sha256: string }
  const file = context.blobs.fileOf(sha256) ?? ''
  await rename(file, `${file}.away`)
  await work()
  await rename(`${file}.away`, file)
}

let uid = 0

/** A message that came in, with this fate. */
export async function message(
  { store, context, inboxes, clock }: TestApi,
  fate: 'quarantined' | 'system' | 'ignored' | 'ticket',
  more: {
    sender?: string | null
    sourceless?: true
    evidence?: Record<string, unknown>
    reasons?: readonly string[]
    folder?: string
  } = {},
): Promise<number> {
  const { sha256, size } = await context.blobs.put(SOURCE)
  uid += 1
  const messageId = `m${uid}@example.org`
  const row = {
    inboxId: inboxes[0]?.id ?? 0,
    folder: more.folder ?? 'INBOX',
    uidValidity: 1,
    uid,
    sha256: more.sourceless === true ? null : sha256,
    size,
    messageId,
    bodyHash: null,
    internalAt: null,
    fate: 'pending',
    reasons: [],
    duplicateOf: null,
    marked: 'none',
  } as const
  return store.transaction(async (tx) => {
    await insertInbound(tx, [row], clock.at)
    const made = (await tx('inbound_messages').where({ message_id: messageId }).first('id')) as {
      id: number
    }
    await settleInbound(tx, made.id, {
      fate,
      verdict: 'spam',
      reasons: more.reasons ?? ['marked as spam'],
      evidence: more.evidence ?? {},
      sender: (more.sender ?? null) as never,
      ticketId: null,
      commentId: null,
      duplicateOf: null,
    })
    return made.id
  })
}

/** Makes a comment one that came by mail: with a source, with formatting and a file. */
export async function asMail(api: TestApi, commentId: number): Promise<void> {
  const { store, context, clock } = api
  const { sha256, size } = await context.blobs.put(SOURCE)
  const inboundId = await message(api, 'ticket')
  await store.transaction(async (tx) => {
    await tx('comments')
      .where({ id: commentId })
      .update({ html: '<p>It burns.</p>', inbound_id: inboundId })
    const file = { filename: 'a.bin', contentType: 'application/x', inline: false, contentId: null }
    await insertAttachments(tx, [{ commentId, ...file, sha256, size }], clock.at)
  })
}

/** The newest mail of a ticket that is owed, in this outcome. */
export async function delivery(
  { store }: TestApi,
  outcome: string,
  ofId?: number,
): Promise<number> {
  const newest = store.read('outbox').orderBy('id', 'desc')
  const row = (await (ofId === undefined ? newest : newest.where({ comment_id: ofId })).first(
    'id',
  )) as { id: number }
  await store.transaction(async (tx) => {
    await tx('outbox').where({ id: row.id }).update({ outcome, due_at: null, lease_owner: null })
  })
  return row.id
}
