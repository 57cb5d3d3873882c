/** The kit itself: the servers are real, private, and do what the tests count on. */
import { ImapFlow } from 'imapflow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Address } from '../../src/mail/address.ts'
import { openLane, type SmtpSettings, type SubmissionResult } from '../../src/outbound/smtp.ts'
import { describeWithMailServers, type MailServers, startMailServers } from './mail-servers.ts'
import { type ScriptedSmtp, startScriptedSmtp } from './scripted-smtp.ts'

const MAIL = 'From: Ana <ana@customer.test>\r\nSubject: hello\r\n\r\nGood morning.\r\n'

describeWithMailServers('the mail servers of the tests', () => {
  let servers: MailServers
  let sink: ScriptedSmtp

  beforeAll(async () => {
    sink = await startScriptedSmtp()
    servers = await startMailServers({ sinkPort: sink.port })
  })
  afterAll(async () => {
    await servers.stop()
    await sink.stop()
  })

  async function submit(
    to: string,
    changes: Partial<SmtpSettings> = {},
  ): Promise<SubmissionResult> {
    const { host, port, user, password, ca } = servers.smtp
    const lane = openLane({
      host,
      port,
      tls: 'starttls',
      user,
      password,
      ca,
      name: 'postroom.acme.test',
      insecureAllowed: false,
      ...changes,
    })
    const envelope = { mailFrom: 'support+b.token@acme.test', rcptTo: to as Address }
    const hooks = { beforeDot: async (): Promise<void> => {} }
    const result = await lane.submit(
      envelope,
      Buffer.from(MAIL),
      hooks,
      new AbortController().signal,
    )
    await lane.close()
    return result
  }

  async function withImap<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    const { host, tlsPort, user, password, ca } = servers.imap
    const client = new ImapFlow({
      host,
      port: tlsPort,
      secure: true,
      auth: { user, pass: password },
      tls: { ca },
      logger: false,
    })
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.logout()
    }
  }

  describe('Exim, through our own submission', () => {
    test.each<[string, () => Partial<SmtpSettings>]>([
      ['STARTTLS', () => ({})],
      ['implicit TLS', () => ({ tls: 'implicit', port: servers.smtp.tlsPort })],
    ])('takes mail over %s and gives it to Dovecot', async (_name, changes) => {
      const before = servers.mailbox('bruno@acme.test').messages().length
      expect(await submit('bruno@acme.test', changes())).toMatchObject({
        kind: 'sent',
        reply: expect.stringMatching(/^250 OK id=/) as string,
      })
      const messages = await servers.mailbox('bruno@acme.test').untilMessages(before + 1)
      expect(messages.at(-1)?.toString()).toContain('\r\nSubject: hello\r\n')
    })

    test('refuses a wrong password: the server’s trouble, not the message’s', async () => {
      expect(await submit('bruno@acme.test', { password: 'wrong' })).toMatchObject({
        kind: 'temporary',
        scope: 'server',
        code: 535,
      })
    })

    test('sends other domains to the sink, and only after a login', async () => {
      expect(await submit('zoe@elsewhere.test')).toMatchObject({ kind: 'sent' })
      expect(await submit('zoe@elsewhere.test', { user: null })).toMatchObject({
        kind: 'permanent',
        badRecipient: false,
        reply: '550 relay not permitted',
      })
      await expect.poll(() => sink.messages.length).toBe(1)
    })

    test('reports an unknown user with a genuine bounce to the plus-address', async () => {
      expect(await submit('nobody@acme.test')).toMatchObject({ kind: 'sent' })
      const [bounce] = await servers.mailbox('support@acme.test').untilMessages(1)
      expect(bounce?.toString()).toMatch(/^Action: failed\r$/m)
      expect(bounce?.toString()).toContain('Delivered-To: support+b.token@acme.test')
    })
  })

  describe('Dovecot', () => {
    test('shows by IMAP over TLS what came by LMTP', async () => {
      await servers.deliver(MAIL, 'support+tag@acme.test', 'ana@customer.test')
      const found = servers.mailbox('support@acme.test').messages().length
      expect(await withImap((client) => client.status('INBOX', { messages: true }))).toMatchObject({
        messages: found,
      })
    })

    test('refuses mail for nobody', async () => {
      await expect(servers.deliver(MAIL, 'nobody@acme.test')).rejects.toThrow('550 5.1.1')
    })

    test('comes back after kill -9 with the same mail on the same port', async () => {
      const before = servers.mailbox('support@acme.test').messages().length
      await servers.imap.kill()
      await expect(withImap(async () => {})).rejects.toThrow()
      await servers.imap.start()
      expect(await withImap((client) => client.status('INBOX', { messages: true }))).toMatchObject({
        messages: before,
      })
    })
  })
})
