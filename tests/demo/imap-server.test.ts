/** The demo's IMAP server, seen by the client the daemon uses. */
import type { FetchQueryObject } from 'imapflow'
import { ImapFlow } from 'imapflow'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ImapFault } from '../../src/demo/imap/faults.ts'
import { CONNECT } from '../../src/demo/imap/faults.ts'
import type { ImapServer } from '../../src/demo/imap/server.ts'
import { startImapServer } from '../../src/demo/imap/server.ts'

const USER = 'support@acme.test'
const MAIL = [
  'From: "Ana, Customer" <ana@example.org>',
  'To: support@acme.test',
  'Subject: The printer',
  'Message-ID: <one@example.org>',
  'Content-Type: multipart/mixed; boundary="b"',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'It is on fire.',
  '--b',
  'Content-Type: application/pdf; name="a.pdf"',
  'Content-Transfer-Encoding: base64',
  '',
  'AAAA',
  '--b--',
  '',
].join('\r\n')

let imap: ImapServer
let clients: ImapFlow[] = []

beforeEach(async () => {
  imap = await startImapServer({ users: { [USER]: 'secret' } })
})

afterEach(async () => {
  for (const client of clients) client.close()
  clients = []
  await imap.close()
})

function aClient(pass = 'secret'): ImapFlow {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: imap.port,
    secure: false,
    doSTARTTLS: false,
    auth: { user: USER, pass },
    logger: false,
    greetingTimeout: 200,
    socketTimeout: 300,
  })
  client.on('error', () => {
    // imapflow ends the process without a listener; the tests look at the promises.
  })
  clients.push(client)
  return client
}

async function inInbox(): Promise<ImapFlow> {
  const client = aClient()
  await client.connect()
  await client.mailboxOpen('INBOX')
  return client
}

const inbox = () => imap.folder(USER, 'INBOX')
async function fetchOne(
  client: ImapFlow,
  range: string,
  query: FetchQueryObject,
  { byUid = false } = {},
) {
  const found = await client.fetchOne(range, query, { uid: byUid })
  if (found === false || found === undefined) throw new Error(`${range} was not fetched`)
  return found
}

/** The bytes of a message; empty, missing and NIL ones are all null. */
const sourceOf = async (client: ImapFlow, uid: number): Promise<string | null> => {
  const found = await client.fetchOne(String(uid), { source: true, uid: true }, { uid: true })
  const source = found === false || found === undefined ? null : found.source
  return Buffer.isBuffer(source) && source.length > 0 ? source.toString() : null
}

describe('what it can do', () => {
  test('a client logs in and sees the special folders', async () => {
    const client = aClient()
    await client.connect()
    const folders = await client.list()
    expect(client.capabilities.has('IDLE')).toBe(true)
    expect(folders.find(({ specialUse }) => specialUse === '\\Sent')?.path).toBe('Sent')
  })

  test('a wrong password is refused as such', async () => {
    await expect(aClient('wrong').connect()).rejects.toMatchObject({
      authenticationFailed: true,
      serverResponseCode: 'AUTHENTICATIONFAILED',
    })
  })

  test('the whole message, its structure and its parts can be fetched', async () => {
    imap.deliver(USER, MAIL, {
      flags: ['\\Flagged'],
      internalDate: new Date('2026-07-01T10:00:00Z'),
    })
    const client = await inInbox()
    const found = await fetchOne(client, '1', {
      source: true,
      envelope: true,
      bodyStructure: true,
      flags: true,
      internalDate: true,
      size: true,
      bodyParts: ['1'],
    })
    expect(found.source?.toString()).toBe(MAIL)
    expect(found.size).toBe(MAIL.length)
    expect(found.internalDate).toEqual(new Date('2026-07-01T10:00:00Z'))
    expect(found.flags).toEqual(new Set(['\\Flagged']))
    expect(found.envelope).toMatchObject({
      subject: 'The printer',
      messageId: '<one@example.org>',
      from: [{ name: 'Ana, Customer', address: 'ana@example.org' }],
    })
    expect(found.bodyStructure?.childNodes?.map(({ type }) => type)).toEqual([
      'text/plain',
      'application/pdf',
    ])
    expect(found.bodyParts?.get('1')?.toString()).toBe('It is on fire.')
  })

  test('part of a message can be fetched', async () => {
    imap.deliver(USER, MAIL)
    const client = await inInbox()
    const found = await fetchOne(client, '1', { source: { start: 6, maxLength: 15 } })
    expect(found.source?.toString()).toBe('"Ana, Customer"')
  })

  test('reading with PEEK does not mark a message as seen', async () => {
    imap.deliver(USER, MAIL)
    const client = await inInbox()
    await sourceOf(client, 1)
    expect(inbox().messages[0]?.flags).toEqual(new Set())
  })

  test('searches by UID, flag, date and Message-ID', async () => {
    imap.deliver(USER, MAIL, { internalDate: new Date('2026-01-01T00:00:00Z'), flags: ['\\Seen'] })
    imap.deliver(USER, 'Message-ID: <two@example.org>\r\n\r\n')
    const client = await inInbox()
    const search = (query: Parameters<ImapFlow['search']>[0]) => client.search(query, { uid: true })
    expect(await search({ uid: '2:*' })).toEqual([2])
    expect(await search({ uid: '9:*' })).toEqual([2])
    expect(await search({ seen: false })).toEqual([2])
    expect(await search({ since: new Date('2026-02-01T00:00:00Z') })).toEqual([2])
    expect(await search({ header: { 'message-id': '<one@example.org>' } })).toEqual([1])
    expect(await search({ not: { header: { 'message-id': 'one@' } } })).toEqual([2])
  })

  test('flags and keywords are stored', async () => {
    imap.deliver(USER, MAIL)
    const client = await inInbox()
    await client.messageFlagsAdd('1', ['\\Seen', 'postroom'], { uid: true })
    await client.messageFlagsRemove('1', ['\\Seen'], { uid: true })
    expect(inbox().messages[0]?.flags).toEqual(new Set(['postroom']))
  })

  test('a move says which UID a message has now', async () => {
    imap.deliver(USER, MAIL)
    const client = await inInbox()
    await client.mailboxCreate('Done')
    const moved = await client.messageMove('1', 'Done', { uid: true })
    expect(moved !== false && moved.uidMap).toEqual(new Map([[1, 1]]))
    expect(inbox().messages).toHaveLength(0)
    expect(imap.folder(USER, 'Done').messages[0]?.source.toString()).toBe(MAIL)
  })

  test('an appended message is there, with its flags and date', async () => {
    const client = await inInbox()
    const at = new Date('2026-03-04T05:06:07Z')
    const answer = await client.append('Sent', MAIL, ['\\Seen'], at)
    expect(answer !== false && answer.uid).toBe(1)
    expect(imap.folder(USER, 'Sent').messages).toMatchObject([
      { uid: 1, internalDate: at, flags: new Set(['\\Seen']) },
    ])
  })

  test('deleting expunges only what was asked for', async () => {
    imap.deliver(USER, MAIL, { flags: ['\\Deleted'] })
    imap.deliver(USER, MAIL)
    const client = await inInbox()
    await client.messageDelete('2', { uid: true })
    expect(inbox().messages.map(({ uid }) => uid)).toEqual([1])
  })

  test('new mail is pushed to an idle client', async () => {
    const client = await inInbox()
    const exists = new Promise((resolve) => {
      client.once('exists', resolve)
    })
    const idling = imap.untilCommand(/^IDLE/)
    const idle = client.idle()
    await idling
    imap.deliver(USER, MAIL)
    expect(await exists).toMatchObject({ path: 'INBOX', count: 1 })
    client.close()
    await idle
  })

  test('what another client expunged disappears without moving numbers too early', async () => {
    for (let n = 0; n < 3; n += 1) imap.deliver(USER, MAIL)
    const client = await inInbox()
    inbox().expunge(inbox().messages.slice(0, 1))
    const third = await fetchOne(client, '3', { uid: true })
    expect(third.uid).toBe(3)
    await client.noop()
    expect(client.mailbox !== false && client.mailbox.exists).toBe(2)
  })

  test('a changed UIDVALIDITY ends the session and renumbers the messages', async () => {
    imap.deliver(USER, 'Subject: gone\r\n\r\n')
    imap.deliver(USER, MAIL)
    inbox().expunge(inbox().messages.slice(0, 1))
    const before = inbox().uidValidity
    const client = await inInbox()
    const closed = new Promise((resolve) => {
      client.once('close', () => resolve('closed'))
    })
    inbox().changeUidValidity()
    expect(await closed).toBe('closed')
    expect(inbox().uidValidity).toBeGreaterThan(before)
    expect(inbox().messages.map(({ uid }) => uid)).toEqual([1])
  })

  test('ten megabytes travel in both directions', async () => {
    const big = Buffer.concat([Buffer.from('Subject: big\r\n\r\n'), Buffer.alloc(10_000_000, 'a')])
    const client = await inInbox()
    await client.append('INBOX', big)
    expect((await sourceOf(client, 1))?.length).toBe(big.length)
  })
})

describe('what it can do wrong', () => {
  const FETCH = /^(UID )?FETCH/

  test.each<[name: string, fault: ImapFault, fetched: string | null]>([
    ['an empty body', { on: FETCH, do: 'empty_body' }, null],
    ['a body of NIL', { on: FETCH, do: 'nil_body' }, null],
    ['no data at all', { on: FETCH, do: 'say_instead', lines: [] }, null],
    // imapflow takes the flag update for the answer: a fetch counts only with its bytes.
    [
      'a flag update of the message first',
      { on: FETCH, do: 'say_first', lines: ['* 1 FETCH (UID 1 FLAGS (\\Seen))'] },
      null,
    ],
    ['a few bytes at a time', { on: FETCH, do: 'drip', bytes: 100, everyMs: 1 }, MAIL],
  ])('a FETCH is answered with %s', async (_name, fault, fetched) => {
    imap.deliver(USER, MAIL)
    const client = await inInbox()
    imap.faults.add(fault)
    expect(await sourceOf(client, 1)).toBe(fetched)
    expect(await sourceOf(client, 1)).toBe(MAIL)
  })

  test('a FETCH is answered with the UID of another message', async () => {
    imap.deliver(USER, MAIL)
    const client = await inInbox()
    imap.faults.add({ on: FETCH, do: 'wrong_uid', uid: 99 })
    const found = await fetchOne(client, '1', { uid: true, source: true }, { byUid: true })
    expect(found.uid).toBe(99)
  })

  test.each<[name: string, fault: ImapFault]>([
    ['the connection is dropped', { on: FETCH, do: 'drop' }],
    ['the connection is cut inside a literal', { on: FETCH, do: 'cut', afterBytes: 100 }],
    ['the server says BYE', { on: FETCH, do: 'bye' }],
    ['the server never answers', { on: FETCH, do: 'stall' }],
    ['a literal claims 4 GB', { on: FETCH, do: 'literal', announced: 4_294_967_295 }],
    ['a literal ends before it is complete', { on: FETCH, do: 'literal', longerBy: -5_000 }],
    ['the server refuses', { on: FETCH, do: 'answer', with: 'NO [SERVERBUG] Sorry' }],
    ['the server does not understand', { on: FETCH, do: 'answer', with: 'BAD Pardon?' }],
  ])('a FETCH fails when %s', async (_name, fault) => {
    imap.deliver(USER, MAIL)
    const client = await inInbox()
    const armed = imap.faults.add(fault)
    // Some of it imapflow reports, some of it looks like "no such message"; never like the mail.
    expect(await sourceOf(client, 1).catch(() => null)).toBeNull()
    expect(armed.used).toBe(1)
  })

  test.each<[name: string, fault: ImapFault]>([
    ['says nothing', { on: CONNECT, do: 'stall' }],
    ['hangs up', { on: CONNECT, do: 'drop' }],
    ['says BYE', { on: CONNECT, do: 'bye' }],
    ['speaks HTTP', { on: CONNECT, do: 'answer', with: 'HTTP/1.1 400 Bad Request' }],
  ])('a connection fails when the server %s instead of greeting', async (_name, fault) => {
    imap.faults.add(fault)
    await expect(aClient().connect()).rejects.toThrow()
    await expect(aClient().connect()).resolves.toBeUndefined()
  })

  test('connections are refused while it does not listen, and accepted on the same port later', async () => {
    await imap.stopListening()
    await expect(aClient().connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await imap.listenAgain()
    await expect(aClient().connect()).resolves.toBeUndefined()
  })

  test('a rule strikes as often as it says, after as many as it spares', async () => {
    const client = await inInbox()
    const armed = imap.faults.add({ on: /^STATUS/, skip: 1, times: 2, do: 'answer', with: 'NO no' })
    const answers: boolean[] = []
    for (let n = 0; n < 4; n += 1) {
      const status = await client.status('Sent', { messages: true }).catch(() => false)
      answers.push(typeof status === 'object')
    }
    expect(answers).toEqual([true, false, false, true])
    await armed.untilUsed(2)
  })

  test('a rule for one user leaves the others alone', async () => {
    imap.faults.add({ on: /^STATUS/, user: 'sales@acme.test', do: 'drop' })
    const client = await inInbox()
    await expect(client.status('Sent', { messages: true })).resolves.toBeTruthy()
    const armed = imap.faults.add({ on: /^STATUS/, user: USER, do: 'answer', with: 'NO no' })
    await client.status('Sent', { messages: true }).catch(() => false)
    expect(armed.used).toBe(1)
  })

  test.each([
    ['missing', { on: /^SELECT/, do: 'omit', lines: /UIDVALIDITY/ } as const, undefined],
    [
      'zero',
      { on: /^SELECT/, do: 'rewrite', from: /UIDVALIDITY \d+/, to: 'UIDVALIDITY 0' } as const,
      0n,
    ],
  ])('UIDVALIDITY is %s', async (_name, fault, uidValidity) => {
    imap.faults.add(fault)
    const client = await inInbox()
    expect(client.mailbox !== false && client.mailbox.uidValidity).toBe(uidValidity)
  })

  test('hidden capabilities are neither offered nor understood', async () => {
    imap.faults.hide('IDLE', 'MOVE', 'UIDPLUS')
    imap.deliver(USER, MAIL)
    const client = await inInbox()
    expect([...client.capabilities.keys()]).not.toContain('MOVE')
    await client.messageMove('1', 'Archive', { uid: true })
    const commands = imap.commands.map(({ text }) => text.split(' ').slice(0, 2).join(' '))
    expect(commands).toContain('UID COPY')
    expect(commands).not.toContain('UID MOVE')
  })

  test('an IDLE that is kept quiet hears of nothing until it ends', async () => {
    const client = await inInbox()
    imap.faults.add({ on: /^IDLE/, do: 'keep_quiet' })
    const heard: string[] = []
    client.on('exists', () => heard.push('exists'))
    const idling = imap.untilCommand(/^IDLE/)
    const idle = client.idle()
    await idling
    imap.deliver(USER, MAIL)
    const again = imap.untilCommand(/^NOOP/)
    expect(heard).toEqual([])
    await client.noop()
    await Promise.all([idle, again])
    expect(heard).toEqual(['exists'])
  })
})
