/**
 * What strangers try at the API of a whole daemon on real mail servers: to count through ids, to use
 * links that are not theirs, and to have files and addresses of this machine put into mail.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addUser } from '../../src/desk/manage-users.ts'
import { Client } from '../api/desk-api.ts'
import { anAddress } from '../kit/desk-context.ts'
import { type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { movableClock } from '../kit/movable-clock.ts'
import { inboxOn } from '../kit/start-mail-servers.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { peopleAround, textOf } from './people.ts'

const SUPPORT = 'support@acme.test'
const BRUNO = 'bruno@acme.test'
const ANA = 'ana@customer.test'
const MALLORY = 'mallory@stranger.test'
const CANARY = 'CANARY-5-NOT-FOR-MAIL'
const DAY_MS = 86_400_000

describeWithMailServers('attacks over HTTP', () => {
  const scratch = scratchDirectories('attacks-http')
  const clock = movableClock()
  let servers: MailServers
  let desk: JourneyDesk
  let listener: Server
  let connections = 0
  /** What a mail must never carry, in a file and behind an address of this machine. */
  let file: string
  let href: string
  const { mails, writes, answers, newest } = peopleAround(() => ({
    servers,
    desk,
    address: SUPPORT,
  }))

  beforeAll(async () => {
    listener = createServer((_request, response) => response.end(CANARY))
    listener.on('connection', () => (connections += 1))
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    href = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/secret`
    file = path.join(scratch.make(), 'secret.txt')
    writeFileSync(file, CANARY)
    servers = await startMailServers({ users: [SUPPORT, BRUNO, ANA] })
    const agents = [{ email: BRUNO, name: 'Bruno' }]
    desk = await startJourneyDesk(servers, {
      address: SUPPORT,
      dataDir: scratch.make(),
      clock,
      agents,
    })
    await desk.daemon.workplace.store.transaction((tx) =>
      addUser(tx, { email: anAddress(MALLORY), name: null, role: 'customer' }, clock.now()),
    )
    for (const subject of ['The printer', 'The lamp']) {
      const type = { 'Content-Type': 'multipart/mixed; boundary="b"', Subject: subject }
      const text = `--b\n\nSee there.\n--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename="bill.txt"\n\n${subject}\n--b--`
      await writes(ANA, { headers: type, text })
    }
    await answers(BRUNO, mails(BRUNO)[0] ?? expect.fail('no notice'), 'Use water.')
  })
  afterAll(async () => {
    await desk?.stop()
    await servers?.stop()
    listener?.close()
  })

  test('A1: agents see that nobody vouched for a mail', async () => {
    const { body } = await (await desk.apiOf(BRUNO)).get('/api/v1/tickets/1/comments')
    const unverified = { spf: null, dkim: null, dmarc: null, aligned: false, source: null }
    expect(body.data?.[0]?.['authentication']).toEqual(unverified)
  })

  /** The different answers to all of these, without what is different by itself. */
  async function answersTo(client: Client, paths: readonly string[]): Promise<string[]> {
    const seen = new Set<string>()
    for (const one of paths) {
      const { status, body } = await client.get(one)
      const { instance: _, request_id: __, ...rest } = body
      seen.add(JSON.stringify([status, rest]))
    }
    return [...seen]
  }
  const counted = (at: (id: number) => string): string[] =>
    Array.from({ length: 60 }, (_, index) => at(index + 1))
  const BY_ID = [
    (id: number) => `/api/v1/tickets/${id}`,
    (id: number) => `/api/v1/tickets/${id}/comments`,
    (id: number) => `/api/v1/tickets/${id}/transcript`,
    (id: number) => `/api/v1/attachments/${id}`,
    (id: number) => `/api/v1/comments/${id}/page`,
  ]
  const OF_STAFF = [
    (id: number) => `/api/v1/comments/${id}/source`,
    (id: number) => `/api/v1/inbound/${id}`,
    (id: number) => `/api/v1/inbound/${id}/source`,
    (id: number) => `/api/v1/users/${id}`,
  ]

  test('A11: without a session every id has the same answer, there or not', async () => {
    const nobody = new Client(desk.daemon.url, null)
    const all = await answersTo(nobody, [...BY_ID, ...OF_STAFF].flatMap(counted))
    expect(all).toEqual([expect.stringContaining('[401,')])
    const bruno = await desk.apiOf(BRUNO)
    for (const at of BY_ID.slice(0, 4)) expect((await bruno.get(at(1))).status).toBe(200)
  })

  test('A11: with another customer’s session nothing tells what there is', async () => {
    const mallory = await desk.apiOf(MALLORY)
    for (const at of BY_ID) {
      const all = await answersTo(mallory, counted(at))
      expect([all.length, all[0]]).toEqual([1, expect.stringContaining('[404,')])
    }
    for (const at of OF_STAFF) {
      const all = await answersTo(mallory, counted(at))
      expect([all.length, all[0]]).toEqual([1, expect.stringMatching(/^\[40[34],/)])
    }
  })

  /** How many statements it takes to answer that: the least of some, for the daemon has work of its own. */
  async function statementsFor(client: Client, at: string): Promise<number> {
    const { read } = desk.daemon.workplace.store
    const counts: number[] = []
    for (let n = 0; n < 8; n += 1) {
      let count = 0
      const seen = () => (count += 1)
      read.on('query', seen)
      await client.get(at)
      read.off('query', seen)
      counts.push(count)
    }
    return Math.min(...counts)
  }

  test('A11: what is there and not theirs is as much work as what is not there', async () => {
    const mallory = await desk.apiOf(MALLORY)
    for (const client of [new Client(desk.daemon.url, null), mallory]) {
      for (const at of [...BY_ID, ...OF_STAFF]) {
        const more = (await statementsFor(client, at(1))) - (await statementsFor(client, at(9_999)))
        // A file goes with its comment, and that with its ticket: each is looked up by its id. They are
        // numbered in order, so that there is one with a lower number is no news.
        const isPart =
          client === mallory && /\/(?:attachments|comments)\/\d+(?:\/page)?$/.test(at(1))
        expect([at(1), more >= 0 && more <= (isPart ? 2 : 0)]).toEqual([at(1), true])
      }
    }
  })

  test('A11: a link of a mail shows its ticket and nothing else, changed it shows nothing, and it ends', async () => {
    const [, token = ''] = /\/t\/([a-z2-7]+)/.exec(await textOf(newest(ANA))) ?? []
    const nobody = new Client(desk.daemon.url, null)
    const get = (by: string, at = '') => nobody.get(`/t/${by}/api${at}`)
    expect((await get(token)).body).toMatchObject({ ticket_id: 1 })
    const [one, two] = await Promise.all(
      [1, 2].map((id) => get(token, `/attachments/${id}`).then(({ status }) => status)),
    )
    expect([one, two]).toEqual([200, 404])
    expect((await get(token, '/tickets/2')).status).toBe(404)
    const [, reply = ''] = /support\+([a-z2-7]+)@/.exec(newest(ANA).toString()) ?? []
    const changed = token.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))
    const wrong = [changed, token.slice(1), reply, 'a'.repeat(token.length), 'x']
    const none = await answersTo(
      nobody,
      wrong.map((by) => `/t/${by}/api`),
    )
    expect(none).toHaveLength(1)
    expect(none[0]).toContain('[404,')
    clock.advance(60 * DAY_MS)
    expect((await get(token)).status).toBe(200)
    clock.advance(DAY_MS)
    expect(await answersTo(nobody, [`/t/${token}/api`])).toEqual(none)
  })

  test('B7: no member of a comment or a ticket names a file or an address to be read', async () => {
    const bruno = await desk.apiOf(BRUNO)
    const texts = [{ path: file }, { href }, { raw: { path: file } }]
    const bodies = [
      ...texts.map((attachment) => ({ text: 'x', attachments: [attachment] })),
      ...texts.map((text) => ({ text })),
      ...texts.map((html) => ({ text: 'x', html })),
      { text: 'x', raw: { path: file } },
      { text: 'x', attachments: [file, href] },
      { text: 'x', icalEvent: { path: file } },
      { text: 'x', envelope: { to: 'v@victim.test' } },
    ]
    for (const body of bodies) {
      const comment = { visibility: 'public', ...body }
      expect((await bruno.post('/api/v1/tickets/1/comments', comment)).status).toBe(422)
      const ticket = { subject: 'x', author: 'me', requester: { email: ANA }, ...body }
      expect((await bruno.post('/api/v1/tickets', ticket)).status).toBe(422)
    }
  })

  test('B7: what names one in a text, or in a file’s name, is words', async () => {
    const bruno = await desk.apiOf(BRUNO)
    const upload = await bruno.send('POST', '/api/v1/attachments', 'harmless', {
      'content-type': 'text/plain',
      'content-disposition': `attachment; filename="${file}"`,
    })
    expect(upload.status).toBe(201)
    const text = `<img src="file://${file}"> ![x](${href}) {% include '${file}' %} {{ '${href}' }}`
    const body = { visibility: 'public', text, attachments: [upload.body.id] }
    const { length } = mails(ANA)
    expect((await bruno.post('/api/v1/tickets/1/comments', body)).status).toBe(201)
    const mail = await simpleParser(
      (await servers.mailbox(ANA).untilMessages(length + 1))[length] ?? '',
    )
    expect(mail.text).toContain(text)
    expect(mail.attachments.map(({ content }) => content.toString())).toEqual(['harmless'])
  })

  test('B7: a template that includes a file is refused at the start, and names no word of it', async () => {
    // The second one lies in the working directory.
    const named = ['include', 'render', 'layout'].flatMap((tag) => [
      [tag, file],
      [tag, 'package.json'],
    ])
    for (const [tag, name] of named) {
      const templates = scratch.make()
      mkdirSync(path.join(templates, 'en'))
      const source = `Subject: x\n\n{% ${tag} '${name}' %}{{ comment.text }}\n`
      writeFileSync(path.join(templates, 'en', 'reply.txt.liquid'), source)
      writeFileSync(path.join(templates, 'en', 'reply.html.liquid'), '{{ comment.html }}')
      const inboxes = [{ ...inboxOn(servers, 'Support', SUPPORT), templates }]
      const start = startJourneyDesk(servers, {
        address: SUPPORT,
        dataDir: scratch.make(),
        inboxes,
      })
      const error = await start.then(
        () => expect.fail(`${tag} was taken`),
        (err: unknown) => String(err),
      )
      expect(error).toContain('reply.txt.liquid:3')
      expect(error).not.toContain(CANARY)
    }
  })

  test('B7: nothing was read: no mail has a word of it, and nobody asked for the address', async () => {
    await desk.untilAtRest()
    for (const user of [ANA, BRUNO]) {
      for (const source of mails(user)) {
        const { text, html, attachments } = await simpleParser(source)
        const files = attachments.map(({ content }) => content.toString('latin1'))
        expect([text, html, ...files, source.toString('latin1')].join('')).not.toContain(CANARY)
      }
    }
    expect(connections).toBe(0)
  })
})
