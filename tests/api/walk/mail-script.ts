/** All that can be done with mail, webhooks and the running of the desk. */
import { tooLarge } from '../../../src/ticket/not-whole.ts'
import { delivery, idIn, message, must, ticket, withoutFile, type World } from './world.ts'

export async function walkMail(world: World): Promise<void> {
  await walkInbound(world)
  await walkWhole(world)
  await walkOutbox(world)
  await walkSenders(world)
  await walkInboxes(world)
  await walkTemplates(world)
  await walkWebhooks(world)
  await walkReading(world)
}

async function walkInbound(world: World): Promise<void> {
  const { api, bruno } = world
  const open = await ticket(world)
  const closed = await ticket(world)
  must(await bruno.put(`/api/v1/tickets/${closed}/status`, { status: 'closed' }), 200)
  const at = (id: number) => `/api/v1/inbound/${id}`
  const held = await message(api, 'quarantined')
  must(await bruno.get('/api/v1/inbound'), 200)
  must(await bruno.get(at(held)), 200)
  must(await bruno.get(`${at(held)}/source`), 200)
  await withoutFile(api, { table: 'inbound_messages', id: held }, async () =>
    must(await bruno.get(`${at(held)}/source`), 'file-missing'),
  )
  must(await bruno.post(`${at(held)}/release`, { ticket: closed }), 'ticket-closed')
  must(await bruno.post(`${at(held)}/release`, { ticket: open }), 200)
  must(await bruno.post(`${at(held)}/release`, undefined), 'fate-not-allowed')
  must(await bruno.post(`${at(held)}/reprocess`, undefined), 'fate-not-allowed')
  must(await bruno.post(`${at(held)}/discard`, undefined), 'fate-not-allowed')
  must(await bruno.post(`${at(await message(api, 'system'))}/reprocess`, undefined), 200)
  must(await bruno.post(`${at(await message(api, 'quarantined'))}/discard`, undefined), 200)
  const gone = await message(api, 'quarantined', { sourceless: true })
  must(await bruno.post(`${at(gone)}/release`, undefined), 'source-missing')
  must(await bruno.post(`${at(gone)}/reprocess`, undefined), 'source-missing')
  const done = await message(api, 'system', { evidence: { commands: [{ name: 'close' }] } })
  const decided = at(done)
  await asComment(world, done)
  must(await bruno.post(`${decided}/release`, undefined), 'already-done')
  must(await bruno.post(`${decided}/reprocess`, undefined), 'already-done')
  must(
    await bruno.post(`${at(await message(api, 'ignored'))}/block-sender`, undefined),
    'no-sender',
  )
  const sender = 'carla@staff.test'
  const colleague = await message(api, 'ignored', { sender })
  must(await bruno.post(`${at(colleague)}/block-sender`, undefined), 'sender-is-ours')
  const stranger = await message(api, 'ignored', { sender: 'spam@elsewhere.test' })
  must(await bruno.post(`${at(stranger)}/block-sender`, undefined), 201)
}

/** Of a mail that was too large only the beginning was taken. */
async function walkWhole(world: World): Promise<void> {
  const { api, bruno } = world
  await ticket(world)
  const begun = { reasons: [tooLarge(60_000_000)] }
  const fetchOf = (id: number) => bruno.post(`/api/v1/inbound/${id}/fetch`, undefined)
  const large = await message(api, 'ticket', begun)
  must(await fetchOf(large), 'no-ticket')
  await asComment(world, large)
  must(await fetchOf(large), 200)
  const whole = await message(api, 'ticket')
  await asComment(world, whole)
  must(await fetchOf(whole), 'already-whole')
  const elsewhere = await message(api, 'ticket', { ...begun, folder: 'Old' })
  await asComment(world, elsewhere)
  must(await fetchOf(elsewhere), 'source-missing')
}

/** What the message said is written down already: a comment was made of it. */
async function asComment({ api }: World, id: number): Promise<void> {
  await api.store.transaction(async (tx) => {
    const comment = (await tx('comments').first('id')) as { id: number }
    await tx('inbound_messages').where({ id }).update({ comment_id: comment.id })
  })
}

async function walkOutbox(world: World): Promise<void> {
  const { api, bruno } = world
  await ticket(world)
  const at = (id: number, verb: string) => `/api/v1/outbox/${id}/${verb}`
  must(await bruno.get('/api/v1/outbox'), 200)
  must(await bruno.post(at(await delivery(api, 'sent'), 'retry'), undefined), 'outcome-not-allowed')
  must(
    await bruno.post(at(await delivery(api, 'sent'), 'release'), undefined),
    'outcome-not-allowed',
  )
  must(
    await bruno.post(at(await delivery(api, 'sent'), 'discard'), undefined),
    'outcome-not-allowed',
  )
  must(await bruno.post(at(await delivery(api, 'failed'), 'retry'), undefined), 200)
  must(await bruno.post(at(await delivery(api, 'held'), 'release'), undefined), 200)
  const id = await delivery(api, 'failed')
  await api.store.transaction(async (tx) => {
    await tx('outbox_sources').where({ outbox_id: id }).delete()
  })
  must(await bruno.post(at(id, 'retry'), undefined), 'source-missing')
  must(await bruno.post(at(await delivery(api, 'held'), 'release'), undefined), 'source-missing')
  must(await bruno.post(at(await delivery(api, 'queued'), 'discard'), undefined), 200)
}

async function walkSenders({ bruno }: World): Promise<void> {
  const suppressions = '/api/v1/suppressions'
  const quiet = idIn(await bruno.post(suppressions, { address: 'quiet@customers.test' }))
  must(await bruno.get(suppressions), 200)
  must(await bruno.send('DELETE', `${suppressions}/${quiet}`), 204)
  const blocked = '/api/v1/blocked-senders'
  must(await bruno.post(blocked, { sender: 'carla@staff.test' }), 'sender-is-ours')
  const id = idIn(await bruno.post(blocked, { sender: '@loud.test' }))
  must(await bruno.get(blocked), 200)
  must(await bruno.send('DELETE', `${blocked}/${id}`), 204)
}

async function walkInboxes({ carla }: World): Promise<void> {
  must(await carla.get('/api/v1/inboxes'), 200)
  must(await carla.get('/api/v1/inboxes/1'), 200)
  must(await carla.post('/api/v1/inboxes/1/pause', undefined), 200)
  must(await carla.post('/api/v1/inboxes/1/resume', undefined), 200)
  must(await carla.post('/api/v1/inboxes/1/sync', undefined), 202)
  must(await carla.post('/api/v1/inboxes/1/test', undefined), 200)
}

async function walkTemplates({ carla }: World): Promise<void> {
  const reply = '/api/v1/templates/reply'
  must(await carla.get('/api/v1/templates'), 200)
  must(await carla.get(`${reply}/en`), 200)
  must(await carla.get(`${reply}/xx`), 'not-found')
  must(await carla.post(`${reply}/en/preview`, undefined), 200)
  must(await carla.post(`${reply}/xx/preview`, undefined), 'not-found')
  must(await carla.post(`${reply}/en/test`, {}), 202)
  must(await carla.post(`${reply}/xx/test`, {}), 'not-found')
}

async function walkWebhooks(world: World): Promise<void> {
  const { api, carla } = world
  const all = '/api/v1/webhooks'
  const one = `${all}/${idIn(await carla.post(all, { url: 'https://8.8.8.8/hook' }))}`
  must(await carla.get(all), 200)
  must(await carla.get(one), 200)
  const sent = idIn(await carla.post(`${one}/test`, undefined))
  must(await carla.get(`${one}/deliveries`), 200)
  must(await carla.get(`${one}/deliveries/${sent}`), 200)
  must(await carla.post(`${one}/deliveries/${sent}/redeliver`, undefined), 202)
  const since = new Date(api.clock.at.getTime() - 60_000).toISOString()
  must(await carla.post(`${one}/recover`, { since }), 202)
  must(await carla.post(`${one}/rotate-secret`, undefined), 200)
  must(await carla.send('PATCH', one, { active: false }), 200)
  must(await carla.post(`${one}/test`, undefined), 'webhook-inactive')
  must(await carla.post(`${one}/recover`, { since }), 'webhook-inactive')
  must(await carla.post(`${one}/deliveries/${sent}/redeliver`, undefined), 'webhook-inactive')
  must(await carla.send('DELETE', one), 204)
  const first = (await api.store.read('webhooks').first()) as { id: number }
  await api.store.transaction(async (tx) => {
    const { id: _id, ...columns } = first
    await tx('webhooks').insert(Array.from({ length: 100 }, () => columns))
  })
  must(await carla.post(all, { url: 'https://8.8.8.8/hook' }), 'too-many-webhooks')
}

async function walkReading(world: World): Promise<void> {
  const { ana, bruno, carla, nobody } = world
  for (const path of ['alerts', 'audit', 'jobs', 'lifecycles', 'statuses', 'priorities']) {
    must(await carla.get(`/api/v1/${path}`), 200)
  }
  for (const path of ['categories', 'tags', 'stats', 'events/log', 'me/notifications']) {
    must(await bruno.get(`/api/v1/${path}`), 200)
  }
  for (const form of [
    'timeseries',
    'response-times',
    'hours',
    'timeseries.csv',
    'response-times.csv',
    'hours.csv',
  ]) {
    must(await bruno.get(`/api/v1/stats/${form}`), 200)
  }
  const foreign = await ticket(world)
  must(await ana.get(`/api/v1/events?ticket=${foreign}`), 200)
  must(await ana.get('/api/v1/events?ticket=999999'), 'not-found')
  must(await ana.get('/api/v1/events', { 'last-event-id': 'x' }), 'invalid-parameter')
  must(await nobody.get('/api/v1/openapi.json'), 200)
}
