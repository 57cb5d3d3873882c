/**
 * The main job, on real servers: customers write to an address served by Dovecot and Exim, get
 * acknowledged, and are answered by an agent from his own mail client. Real daemon, real mail.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { type Daemon, startDaemon } from '../../src/daemon.ts'
import { silentLog } from '../../src/log.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'

const SUPPORT = 'support@acme.test'
const BRUNO = 'bruno@acme.test'
const ANA = 'ana@customer.test'
const DORA = 'dora@customer.test'

/** One header of a message, unfolded; '' when it is not there. */
function header(message: Buffer | undefined, name: string): string {
  const head = (message ?? '').toString().split(/\r?\n\r?\n/)[0] ?? ''
  const line = head
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .find((candidate) => candidate.toLowerCase().startsWith(`${name.toLowerCase()}:`))
  return line?.slice(name.length + 1).trim() ?? ''
}

const bare = (address: string): string => /<([^<>]+)>/.exec(address)?.[1] ?? address

describeWithMailServers('the main job', () => {
  const scratch = scratchDirectories('journey')
  let servers: MailServers
  let daemon: Daemon
  const stop = new AbortController()

  beforeAll(async () => {
    servers = await startMailServers({ users: [SUPPORT, BRUNO, ANA, DORA] })
    const { imap, smtp } = servers
    const dataDir = scratch.make()
    const config = configFrom(
      {
        listen: '127.0.0.1:0',
        data_dir: dataDir,
        agents: [{ email: BRUNO, name: 'Bruno' }],
        agent_notices: { coalesce: '0s' },
        inboxes: [
          {
            name: 'Acme Support',
            address: SUPPORT,
            imap: {
              host: imap.host,
              port: imap.port,
              tls: 'starttls',
              tls_ca_file: imap.caFile,
              user: imap.user,
              password: imap.password,
            },
            smtp: {
              host: smtp.host,
              port: smtp.port,
              tls: 'starttls',
              tls_ca_file: smtp.caFile,
              user: smtp.user,
              password: smtp.password,
            },
          },
        ],
      },
      { env: {}, baseDir: dataDir },
    )
    daemon = await startDaemon(config, silentLog, stop.signal)
  })

  afterAll(async () => {
    stop.abort()
    await daemon?.done
    await servers?.stop()
  })

  test('a conversation between Ana, who copies Dora, and Bruno, who only has his mail client', async () => {
    await servers.deliver(
      [
        `From: Ana <${ANA}>`,
        `To: ${SUPPORT}`,
        `Cc: Dora <${DORA}>`,
        'Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=',
        'Message-ID: <first@customer.test>',
        '',
        'The printer is too small.',
        '',
      ].join('\r\n'),
      SUPPORT,
      ANA,
    )

    const [acknowledgement] = await servers.mailbox(ANA).untilMessages(1)
    expect(header(acknowledgement, 'Auto-Submitted')).toBe('auto-replied')
    expect(header(acknowledgement, 'In-Reply-To')).toBe('<first@customer.test>')
    const [notice] = await servers.mailbox(BRUNO).untilMessages(1)
    expect(header(notice, 'X-Postroom-Ticket')).toBe('1')
    expect(header(notice, 'Auto-Submitted')).toBe('auto-generated')

    // Ana goes on, under another subject, by answering the acknowledgement.
    await servers.deliver(
      [
        `From: Ana <${ANA}>`,
        `To: ${header(acknowledgement, 'Reply-To')}`,
        'Subject: and another thing',
        'Message-ID: <second@customer.test>',
        '',
        'It is also too loud.',
        '',
      ].join('\r\n'),
      SUPPORT,
      ANA,
    )
    const notices = await servers.mailbox(BRUNO).untilMessages(2)
    expect(notices.map((one) => header(one, 'X-Postroom-Ticket'))).toEqual(['1', '1'])

    // Bruno answers the notice, quoting it as mail clients do.
    await servers.deliver(
      [
        `From: Bruno <${BRUNO}>`,
        `To: ${header(notice, 'Reply-To')}`,
        `Subject: Re: ${header(notice, 'Subject')}`,
        'Message-ID: <answer@bruno-at-home.test>',
        `In-Reply-To: ${header(notice, 'Message-ID')}`,
        '',
        'We send a larger and quieter one.',
        '',
        'On Monday, Ana (via Acme Support) wrote:',
        '> The printer is too small.',
        '',
      ].join('\r\n'),
      SUPPORT,
      BRUNO,
    )
    const [, answer] = await servers.mailbox(ANA).untilMessages(2)
    const text = (answer ?? '').toString()
    expect(header(answer, 'From')).toBe(`"Bruno (Acme Support)" <${SUPPORT}>`)
    expect(text).toContain('We send a larger and quieter one.')
    expect(text).not.toContain(BRUNO)
    expect(text).not.toContain('bruno-at-home')
    expect(header(answer, 'References')).toContain('<second@customer.test>')
    const [copy] = await servers.mailbox(DORA).untilMessages(1)
    expect(header(copy, 'Cc')).toContain(DORA)
    expect(bare(header(copy, 'Reply-To'))).not.toBe(bare(header(answer, 'Reply-To')))

    const { read } = daemon.workplace.store
    expect(await read('tickets').select('id', 'status')).toEqual([{ id: 1, status: 'pending' }])
    expect(await read('comments').orderBy('id').select('author_type')).toEqual([
      { author_type: 'customer' },
      { author_type: 'customer' },
      { author_type: 'agent' },
    ])
  })

  test('mail that cannot be delivered comes back to the delivery it was', async () => {
    await servers.deliver(
      [
        'From: Gone <nobody@customer.test>',
        `To: ${SUPPORT}`,
        'Subject: call me',
        'Message-ID: <gone@customer.test>',
        '',
        'Please call.',
        '',
      ].join('\r\n'),
      SUPPORT,
      'nobody@customer.test',
    )
    const { read } = daemon.workplace.store
    await expect
      .poll(() => read('outbox').where({ rcpt_to: 'nobody@customer.test' }).first('outcome'), {
        timeout: 20_000,
      })
      .toMatchObject({ outcome: expect.stringMatching(/bounced|failed/) })
    expect(await read('tickets').count({ count: '*' }).first()).toEqual({ count: 2 })
  })
})
