/** Words that go for good: they are not found where they were repeated, either. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TicketIndexer } from '../../src/desk/index-tickets.ts'
import type { Address } from '../../src/mail/address.ts'
import { insertInbound } from '../../src/store/inbound-messages.ts'
import type { Store } from '../../src/store/open.ts'
import { insertOutbox, setSource } from '../../src/store/outbox.ts'
import { brokenInvariants } from '../../src/store/reads/invariants.ts'
import { listWebhooks } from '../../src/store/webhooks.ts'
import { spread } from '../../src/webhooks/spread.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const TICKETS = '/api/v1/tickets'
const COMMENT = '/api/v1/comments'

const open = async (client: Client) =>
  expect((await client.post(TICKETS, { subject: 'Printer', text: 'x' })).status).toBe(201)

/** Every event is told to every webhook; nothing is sent. */
async function spreadAll(store: Store): Promise<void> {
  const clock = { now: () => new Date() }
  for (const webhook of await listWebhooks(store.read, { active: true })) {
    await spread({ store, clock, publicUrl: 'https://desk.test' }, webhook, 1_000_000)
  }
}

function filesIn(dataDir: string): string {
  const names = readdirSync(dataDir, { recursive: true }).map((name) => join(dataDir, String(name)))
  const files = names.filter((name) => statSync(name).isFile())
  return files.map((name) => readFileSync(name, 'latin1')).join('\n')
}

eachDatabase(
  'what was said',
  (fresh, kind) => {
    let dataDir = ''
    const start = apiStarter(async () => {
      const database = await fresh()
      dataDir = database.dataDir
      return database
    })

    test('leaves none of its words anywhere when it is purged', async () => {
      const { ana, bruno, carla, store, context } = await start()
      await carla.post('/api/v1/webhooks', { url: 'https://x.test/', include_bodies: true })
      const asked = { subject: 'the zebra', text: 'a zebra came' }
      const key = { 'idempotency-key': 'k' }
      await ana.post(TICKETS, asked, key)
      await open(ana)
      await bruno.post(`${TICKETS}/1/comments`, { text: 'which zebra?' }, key)
      await bruno.post(`${TICKETS}/2/comments`, { text: 'kept' }, { 'idempotency-key': 'other' })
      await spreadAll(store)
      const { body } = await carla.get('/api/v1/events/log?ticket=1&limit=200')
      const events = body.data?.map(({ id }) => id) as number[]
      const notices = () => store.read('webhook_deliveries').whereIn('event_id', events).select()
      const answers = async () => JSON.stringify(await store.read('idempotency_keys').select())
      await new TicketIndexer({ store, inboxes: context.inboxes }).catchUp()
      expect(JSON.stringify(await notices())).toContain('zebra')
      expect(await answers()).toContain('zebra')
      await carla.send('DELETE', `${TICKETS}/1`)
      await carla.send('DELETE', `${TICKETS}/1?purge=true`)
      expect(await notices()).toEqual([])
      expect(await answers()).not.toContain('zebra')
      expect(await answers()).toContain('kept')
      // Not in the files of the database, either; PostgreSQL's are its operator's.
      if (kind === 'sqlite') expect(filesIn(dataDir)).not.toContain('zebra')
      // It was done: it is not done again.
      expect((await ana.post(TICKETS, asked, key)).status).toBe(409)
      expect(await brokenInvariants(store.read, context.lifecycle)).toEqual([])
    })

    test('is not found where it was repeated when it was withdrawn', async () => {
      const { ana, bruno, carla, store, context } = await start()
      await carla.post('/api/v1/webhooks', { url: 'https://x.test/', include_bodies: true })
      await open(ana)
      await open(ana)
      const text = 'my password is hunter2'
      const { body: said } = await ana.post(
        `${TICKETS}/1/comments`,
        { text },
        { 'idempotency-key': 'k' },
      )
      const { sha256, size } = await context.blobs.put(Buffer.from(text))
      await store.transaction(async (tx) => {
        const arrival = { inboxId: 1, folder: 'INBOX', uidValidity: 1, sha256, size }
        const rest = {
          messageId: 'm@x.test',
          bodyHash: 'x',
          internalAt: null,
          reasons: [],
          marked: 'none' as const,
        }
        const first = { ...arrival, ...rest, uid: 1, fate: 'pending' as const, duplicateOf: null }
        await insertInbound(tx, [first], new Date())
        await tx('inbound_messages').where({ uid: 1 }).update({
          fate: 'comment',
          comment_id: said.id,
          ticket_id: 1,
        })
        const row = await tx<{ id: number; uid: number }>('inbound_messages')
          .where({ uid: 1 })
          .first('id')
        const id = row?.id ?? 0
        await tx('comments').where({ id: said.id }).update({ inbound_id: id })
        const again = { ...first, uid: 2, fate: 'duplicate' as const, duplicateOf: id }
        await insertInbound(tx, [again], new Date())
      })
      await spreadAll(store)
      const outcomes = ['sent', 'discarded', 'queued'] as const
      await store.transaction(async (tx) => {
        for (const [n, outcome] of outcomes.entries()) {
          const mail = await insertOutbox(
            tx,
            {
              inboxId: 1,
              ticketId: 1,
              commentId: said.id ?? null,
              userId: null,
              kind: 'reply',
              automatic: false,
              messageId: `copy${n}@x.test`,
              rcptTo: 'boss@example.org' as Address,
              outcome: 'queued',
              dueAt: new Date(),
              detail: null,
              verified: true,
            },
            new Date(),
          )
          await setSource(tx, mail, { source: Buffer.from(text), mailFrom: '' })
          await tx('outbox').where({ id: mail }).update({ outcome })
        }
      })
      const mailed = () =>
        store
          .read('outbox_sources')
          .join('outbox', 'outbox.id', 'outbox_id')
          .whereLike('message_id', 'copy%')
          .pluck('outcome')
      const notice = async () =>
        (
          await store
            .read('webhook_deliveries')
            .where({ type: 'comment.created' })
            .pluck<string[]>('payload')
        ).join()
      const source = () => bruno.get(`${COMMENT}/${said.id}/source`)
      expect((await source()).status).toBe(200)
      expect(await notice()).toContain('hunter2')
      expect((await carla.send('DELETE', `${COMMENT}/${said.id}`)).status).toBe(204)
      expect((await source()).status).toBe(404)
      expect(await store.read('inbound_messages').whereNotNull('sha256').select('id')).toEqual([])
      expect(await store.read('blob_garbage').where({ sha256 }).select('sha256')).toHaveLength(1)
      // What is owed is sent as it is; a person may discard it first.
      expect(await mailed()).toEqual(['queued'])
      expect(await notice()).toContain('"comment":{')
      const kept = JSON.stringify(await store.read('idempotency_keys').select())
      expect((await notice()) + kept).not.toContain('hunter2')
      expect(await brokenInvariants(store.read, context.lifecycle)).toEqual([])
    })
  },
  { prepare: migrated },
)
