/** The Sent folder of a real server. */
import { ImapFlow } from 'imapflow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { copiesIn } from '../../src/inbound/fetch-sent.ts'
import { aMail } from '../kit/a-mail.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'

const USERS = ['support@acme.test', 'bruno@acme.test']
const NEVER = new AbortController().signal

describeWithMailServers('copies that a server files', () => {
  let servers: MailServers

  beforeAll(async () => {
    servers = await startMailServers({ users: USERS })
  })
  afterAll(async () => {
    await servers?.stop()
  })

  const account = (user: string) => {
    const { host, tlsPort: port, password, caFile } = servers.imap
    const imap = { host, port, user, password, tls_ca_file: caFile }
    const smtp = { host, port: servers.smtp.port, user, password }
    const tree = { data_dir: '/nowhere', inboxes: [{ name: 'Support', address: user, imap, smtp }] }
    const [inbox] = configFrom(tree, { env: {}, baseDir: '/' }).inboxes
    if (inbox === undefined) throw new Error('no inbox')
    return inbox.imap
  }

  async function file(user: string, folder: string, messageId: string): Promise<void> {
    const { host, tlsPort: port, password: pass, ca } = servers.imap
    const client = new ImapFlow({
      host,
      port,
      secure: true,
      auth: { user, pass },
      tls: { ca },
      logger: false,
    })
    await client.connect()
    await client.mailboxCreate(folder)
    await client.append(folder, aMail({ headers: { 'Message-ID': `<${messageId}>` } }))
    await client.logout()
  }

  test('are found where it is marked as the Sent folder, and nowhere else', async () => {
    const user = 'support@acme.test'
    await file(user, 'Sent', 'there@acme.test')
    await file(user, 'Projects', 'elsewhere@acme.test')
    await servers.deliver(aMail({ headers: { 'Message-ID': '<here@acme.test>' } }), user)
    const asked = ['there@acme.test', 'elsewhere@acme.test', 'nowhere@acme.test', 'here@acme.test']
    const { found, problem } = await copiesIn(account(user))(asked, NEVER)
    expect([...found]).toEqual(['there@acme.test'])
    expect(problem).toBeNull()
  })

  test('are none where there is no such folder', async () => {
    const { found, problem } = await copiesIn(account('bruno@acme.test'))(['a@acme.test'], NEVER)
    expect([[...found], problem]).toEqual([[], null])
  })

  test.each(['before', 'after'] as const)('a stop %s it began ends the search', async (when) => {
    const stop = new AbortController()
    if (when === 'before') stop.abort()
    const search = copiesIn(account('bruno@acme.test'))(['a@acme.test'], stop.signal)
    stop.abort()
    expect((await search).problem).not.toBeNull()
  })
})
