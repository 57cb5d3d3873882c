/** All that can be done with tickets, and all that is refused there. */
import { asMail, idIn, message, must, ticket, withoutFile, type World } from './world.ts'

const T = '/api/v1/tickets'

export async function walkTickets(world: World): Promise<void> {
  await walkChanges(world)
  await walkMerging(world)
  await walkPeople(world)
  await walkComments(world)
  await walkAgentsTools(world)
  await walkFiles(world)
}

async function walkChanges(world: World): Promise<void> {
  const { ana, bruno, carla } = world
  const id = await ticket(world)
  const one = `${T}/${id}`
  const stale = { 'if-match': '"v999"' }
  must(await ana.get(T), 200)
  must(await ana.get(`${T}?status=nonsense`), 'unknown-status')
  must(await ana.get(`${T}?deleted=true`), 'forbidden')
  must(
    await ana.post(T, { subject: 'x', text: 'x', requester: { email: 'b@c.test' } }),
    'forbidden',
  )
  must(await bruno.get(one), 200)
  must(await ana.send('PATCH', one, { priority: 'high' }), 'forbidden')
  must(await bruno.send('PATCH', one, { priority: 'high' }), 200)
  must(await bruno.send('PATCH', one, { status: 'nonsense' }), 'unknown-status')
  must(await bruno.send('PATCH', one, { priority: 'low' }, stale), 'stale-version')
  must(await ana.put(`${one}/status`, { status: 'pending' }), 'forbidden')
  must(await bruno.put(`${one}/status`, { status: 'nonsense' }), 'unknown-status')
  must(await bruno.put(`${one}/status`, { status: 'pending' }, stale), 'stale-version')
  must(await bruno.put(`${one}/priority`, { priority: 'low' }, stale), 'stale-version')
  must(await bruno.put(`${one}/assignee`, { assignee: null }, stale), 'stale-version')
  must(await bruno.put(`${one}/priority`, { priority: 'medium' }), 200)
  must(await bruno.put(`${one}/assignee`, { assignee: 'me' }), 200)
  must(await carla.post(`${one}/take`, undefined), 'already-taken')
  must(await carla.post(`${one}/take`, undefined, stale), 'stale-version')
  must(await carla.post(`${one}/take`, { force: true }), 200)
  must(await bruno.post(`${one}/release`, undefined, stale), 'stale-version')
  must(await bruno.post(`${one}/release`, undefined), 200)
  must(await bruno.get(`${one}/events`), 200)
  must(await bruno.get(`${one}/transcript?format=json`), 200)
  must(await bruno.post(`${T}/bulk`, { ids: [id, 999], patch: { priority: 'urgent' } }), 200)
  const wrong = { filter: { status: 'nonsense' }, patch: { priority: 'low' } }
  must(await bruno.post(`${T}/bulk`, wrong), 'unknown-status')
  must(await bruno.put(`${one}/status`, { status: 'closed' }), 200)
  must(await bruno.put(`${one}/status`, { status: 'open' }), 'status-transition-not-allowed')
  must(await bruno.send('PATCH', one, { status: 'open' }), 'status-transition-not-allowed')
  must(await bruno.post(`${one}/comments`, { text: 'x' }), 'ticket-closed')
  must(await bruno.send('DELETE', one), 'forbidden')
  must(await ana.send('DELETE', one, undefined, stale), 'stale-version')
  must(await carla.send('DELETE', `${one}?purge=true`), 'not-deleted')
  must(await ana.send('DELETE', one), 204)
  must(await carla.post(`${one}/restore`, undefined), 200)
  must(await carla.send('DELETE', one), 204)
  must(await carla.send('DELETE', `${one}?purge=true`), 204)
}

async function walkMerging(world: World): Promise<void> {
  const { bruno } = world
  const [from, into, closed] = [await ticket(world), await ticket(world), await ticket(world)]
  const merge = `${T}/${from}/merge`
  must(await bruno.put(`${T}/${closed}/status`, { status: 'closed' }), 200)
  must(await bruno.post(merge, { into: from }), 'same-ticket')
  must(await bruno.post(merge, { into: closed }), 'ticket-closed')
  must(await bruno.post(merge, { into }, { 'if-match': '"v999"' }), 'stale-version')
  must(await bruno.post(merge, { into }), 200)
  must(await bruno.post(merge, { into }), 'already-merged')
  const first = Number((await bruno.get(`${T}/${into}/comments`)).body.data?.[0]?.id)
  const second = idIn(await bruno.post(`${T}/${into}/comments`, { text: 'And the lamp.' }))
  must(await bruno.post(`${T}/${into}/split`, { comment_ids: [999_999] }), 'unknown-comment')
  must(await bruno.post(`${T}/${into}/split`, { comment_ids: [first] }), 'nothing-left')
  must(await bruno.post(`${T}/${into}/split`, { comment_ids: [second] }), 201)
}

async function walkPeople(world: World): Promise<void> {
  const { bruno } = world
  const people = `${T}/${await ticket(world)}`
  must(await bruno.put(`${people}/participants/olga@customers.test`, undefined), 200)
  must(await bruno.put(`${people}/participants/carla@staff.test`, undefined), 'is-an-agent')
  must(await bruno.put(`${people}/participants/support@desk.test`, undefined), 'own-address')
  must(await bruno.send('DELETE', `${people}/participants/olga@customers.test`), 204)
  must(await bruno.send('PATCH', people, { requester: 'carla@staff.test' }), 'is-an-agent')
  must(await bruno.send('PATCH', people, { requester: 'support@desk.test' }), 'own-address')
  must(await bruno.put(`${people}/watchers/me`, undefined), 204)
  must(await bruno.send('DELETE', `${people}/watchers/me`), 204)
  must(await bruno.post(`${people}/presence`, { state: 'viewing' }), 200)
}

async function walkComments(world: World): Promise<void> {
  const { api, ana, bruno, carla } = world
  const id = await ticket(world)
  const comments = `${T}/${id}/comments`
  const answer = idIn(await bruno.post(comments, { text: 'Try again.' }))
  must(await ana.post(comments, { text: 'x', visibility: 'internal' }), 'forbidden')
  must(await bruno.post(comments, { text: 'x', status: 'nonsense' }), 'unknown-status')
  const note = idIn(await bruno.post(comments, { text: 'Hm.', visibility: 'internal' }))
  const said = `/api/v1/comments/${note}`
  must(await bruno.get(said), 200)
  must(await bruno.send('PATCH', said, { text: 'Hmm.' }), 200)
  must(await carla.send('PATCH', said, { text: 'Hmm.' }), 'not-yours')
  must(await bruno.send('PATCH', `/api/v1/comments/${answer}`, { text: 'x' }), 'not-a-note')
  api.clock.at = new Date(api.clock.at.getTime() + 16 * 60_000)
  must(await bruno.send('PATCH', said, { text: 'Hmm.' }), 'too-late')
  must(await bruno.post(`/api/v1/comments/${answer}/resend`, undefined), 'nothing-to-resend')
  await api.store.transaction(async (tx) => {
    await tx('outbox').where({ comment_id: answer }).update({ outcome: 'failed', due_at: null })
  })
  must(await bruno.post(`/api/v1/comments/${answer}/resend`, undefined), 200)
  await asMail(api, note)
  must(await bruno.get(`/api/v1/comments/${note}/page`), 200)
  must(await bruno.get(`/api/v1/comments/${note}/source`), 200)
  const mail = (await api.store.read('comments').where({ id: note }).first('inbound_id')) as {
    inbound_id: number
  }
  await withoutFile(api, { table: 'inbound_messages', id: mail.inbound_id }, async () =>
    must(await bruno.get(`/api/v1/comments/${note}/source`), 'file-missing'),
  )
  must(await carla.send('DELETE', said), 204)
  must(await bruno.get(comments), 200)
  await walkStrict(world, id)
}

/** What the usual lifecycle does not refuse: a status that a comment may not lead to. */
async function walkStrict({ bruno }: World, id: number): Promise<void> {
  const comments = `${T}/${id}/comments`
  must(await bruno.put(`${T}/${id}/status`, { status: 'resolved' }), 200)
  must(await bruno.post(comments, { text: 'Bye.', status: 'closed' }), 201)
}

async function walkAgentsTools(world: World): Promise<void> {
  const { bruno } = world
  const id = await ticket(world)
  const draft = `${T}/${id}/draft`
  must(await bruno.put(draft, { text: 'Dear' }), 200)
  must(await bruno.put(draft, { text: 'Dear' }, { 'if-match': '"v99"' }), 'stale-version')
  must(await bruno.get(draft), 200)
  must(await bruno.get('/api/v1/me/drafts'), 200)
  must(await bruno.send('DELETE', draft, undefined, { 'if-match': '"v99"' }), 'stale-version')
  must(await bruno.send('DELETE', draft), 204)
  const canned = '/api/v1/canned-replies'
  const first = idIn(await bruno.post(canned, { name: 'Hello', text: 'Hello.' }))
  must(await bruno.post(canned, { name: 'Hello', text: 'Hello.' }), 'name-taken')
  must(await bruno.post(canned, { name: 'Odd', text: '{{ nobody.knows }}' }), 'invalid-template')
  const second = idIn(await bruno.post(canned, { name: 'Bye', text: 'Bye.' }))
  const one = `${canned}/${second}`
  must(await bruno.get(canned), 200)
  must(await bruno.get(one), 200)
  must(await bruno.send('PATCH', one, { name: 'Hello' }), 'name-taken')
  must(await bruno.send('PATCH', one, { text: '{{ nobody.knows }}' }), 'invalid-template')
  must(await bruno.send('PATCH', one, { text: 'x' }, { 'if-match': '"v99"' }), 'stale-version')
  must(await bruno.send('PATCH', one, { text: 'See you.' }), 200)
  must(await bruno.post(`${canned}/${first}/render`, { ticket: id }), 200)
  must(await bruno.send('DELETE', one, undefined, { 'if-match': '"v99"' }), 'stale-version')
  must(await bruno.send('DELETE', one), 204)
  await fill(world)
  must(await bruno.post(canned, { name: 'One more', text: 'x' }), 'too-many')
}

/** As many canned replies as there may be. */
async function fill({ api }: World): Promise<void> {
  const made = { text: 'x', created_by: null, created_at: 1, updated_at: 1 }
  await api.store.transaction(async (tx) => {
    for (let n = 0; n < 500; n += 50) {
      await tx('canned_replies').insert(
        Array.from({ length: 50 }, (_, m) => ({ ...made, name: `n${n + m}` })),
      )
    }
  })
}

async function walkFiles(world: World): Promise<void> {
  const { api, ana } = world
  const upload = (bytes: number) =>
    ana.send('POST', '/api/v1/attachments', Buffer.alloc(bytes, 'x'), {
      'content-type': 'text/plain',
    })
  const id = idIn(await upload(100))
  const file = `/api/v1/attachments/${id}`
  await withoutFile(api, { table: 'attachments', id }, async () =>
    must(await ana.get(file), 'file-missing'),
  )
  must(await ana.get(file), 200)
  must(await ana.get(file, { range: 'bytes=0-9' }), 206)
  must(await ana.get(file, { range: 'bytes=500-' }), 'range-not-satisfiable')
  await api.store.transaction(async (tx) => {
    await tx('attachments')
      .where({ uploaded_by: api.users.ana.id })
      .update({ size: 2 ** 30 })
  })
  must(await upload(1), 'too-many-uploads')
  await message(api, 'ignored')
}
