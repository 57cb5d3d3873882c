/**
 * Real mail servers around a test: Dovecot for IMAP, Exim for SMTP, between them LMTP.
 *
 *   describeWithMailServers('a day at the desk', () => {
 *     test('...', async () => {
 *       const servers = await startMailServers()
 *       ...
 *       await servers.stop()
 *
 * Where they are not installed these suites are skipped and the end of the run says so; with
 * CI=true that is a failure.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { afterEach, describe, expect, test } from 'vitest'
import { makeCertificateAuthority } from './certificates.ts'
import { makeServerDirectory } from './daemon-process.ts'
import { type Dovecot, prepareDovecot } from './dovecot.ts'
import { MAIL_SERVER_PACKAGES, SKIPPED_WITHOUT_SERVERS } from './mail-server-packages.ts'
import { prepareMta } from './mta.ts'
import { makeScratch, removeScratch } from './scratch-directory.ts'

export interface MailServerOptions {
  /** Local addresses; the first is the desk's. All have the password `secret`. */
  users?: readonly string[]
  /** Where mail to other domains goes (an SMTP port on loopback); default: it is refused. */
  sinkPort?: number | null
  /** IMAP takes access tokens, too, and asks here whose they are (RFC 7662). */
  introspectionUrl?: string
}

interface ServerHandle {
  readonly host: string
  readonly port: number
  /** The port with TLS from the first byte. */
  readonly tlsPort: number
  readonly user: string
  readonly password: string
  /** PEM file, and its text. */
  readonly caFile: string
  readonly ca: string
  stop(): Promise<void>
  kill(): Promise<void>
  /** Starts it again on the same ports with the same mail. */
  start(): Promise<void>
}

export interface MailServers {
  readonly imap: ServerHandle
  readonly smtp: ServerHandle
  readonly lmtpPort: number
  /** Configurations, logs, spool and Maildirs. */
  readonly directory: string
  addUser(address: string, password?: string): void
  /** Whose mailboxes are here. */
  users(): readonly string[]
  /** Puts a message into a local user's INBOX by LMTP, as an MTA would. */
  deliver(source: Buffer | string, to: string, from?: string): Promise<void>
  mailbox(address: string, folder?: string): UserFolder
  stop(): Promise<void>
}

export interface UserFolder {
  messages(): Buffer[]
  untilMessages(count: number): Promise<Buffer[]>
}

const PASSWORD = 'secret'
const USERS = ['support@acme.test', 'bruno@acme.test', 'carla@acme.test', 'ana@customer.test']

export async function startMailServers(options: MailServerOptions = {}): Promise<MailServers> {
  const directory = makeScratch('mail')
  makeServerDirectory(directory)
  const users = options.users ?? USERS
  const authority = makeCertificateAuthority()
  const tls = authority.issue('localhost', '127.0.0.1', 'mail.acme.test')
  const caFile = join(directory, 'ca.pem')
  writeFileSync(caFile, authority.ca)

  const dovecot = await prepareDovecot(directory, tls, options.introspectionUrl ?? null)
  const mta = await prepareMta(directory, {
    localDomains: [...new Set(users.map((address) => address.slice(address.indexOf('@') + 1)))],
    lmtpPort: dovecot.lmtpPort,
    sinkPort: options.sinkPort ?? null,
    tls,
  })
  const known: string[] = []
  const addUser = (address: string, password = PASSWORD): void => {
    known.push(address)
    dovecot.addUser(address, password)
    mta.addUser(address, password)
  }
  for (const address of users) addUser(address)
  await Promise.all([dovecot.process.start(), mta.process.start()])

  const account = { host: '127.0.0.1', user: users[0] ?? '', password: PASSWORD }
  const handle = (port: number, tlsPort: number, daemon: Dovecot['process']): ServerHandle => ({
    ...account,
    port,
    tlsPort,
    caFile,
    ca: authority.ca,
    stop: () => daemon.stop(),
    kill: () => daemon.kill(),
    start: () => daemon.start(),
  })
  return {
    imap: handle(dovecot.imapPort, dovecot.imapsPort, dovecot.process),
    smtp: handle(mta.smtpPort, mta.smtpsPort, mta.process),
    lmtpPort: dovecot.lmtpPort,
    directory,
    addUser,
    users: () => known,
    deliver: (source, to, from = '') => deliver(dovecot.lmtpPort, source, to, from),
    mailbox: (address, folder) => ({
      messages: () => dovecot.messages(address, folder),
      untilMessages: (count) => dovecot.untilMessages(address, count, folder),
    }),
    async stop() {
      await Promise.all([dovecot.process.stop(), mta.process.stop()])
      const kept = suiteFailed || process.env.POSTROOM_KEEP === '1'
      if (kept) process.stderr.write(`\nkept for inspection: ${directory}\n`)
      else removeScratch(directory)
    },
  }
}

function deliver(port: number, source: Buffer | string, to: string, from: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = new SMTPConnection({ host: '127.0.0.1', port, lmtp: true, ignoreTLS: true })
    client.on('error', reject)
    client.connect(() => {
      client.send({ from, to }, Buffer.from(source), (error, info) => {
        client.quit()
        // LMTP answers per recipient, so a refusal is not an error of the exchange.
        const refused = error ?? info.rejectedErrors?.[0] ?? null
        if (refused === null) resolve()
        else reject(refused)
      })
    })
  })
}

const SERVERS = [
  '/usr/sbin/dovecot',
  '/usr/lib/dovecot/imap',
  '/usr/lib/dovecot/lmtp',
  '/usr/sbin/exim4',
  '/usr/bin/mutt',
  '/usr/bin/s-nail',
]

/** Servers stopped after this keep their directory. */
let suiteFailed = false

export function describeWithMailServers(name: string, suite: () => void): void {
  const missing = SERVERS.filter((path) => !existsSync(path))
  if (missing.length === 0) {
    describe(name, () => {
      afterEach((context) => {
        if (context.task.result?.state === 'fail') suiteFailed = true
      })
      suite()
    })
  } else if (process.env.CI === 'true') {
    test(`${name}: the mail servers are installed`, () => {
      expect(missing, `apt-get install ${MAIL_SERVER_PACKAGES.join(' ')}`).toEqual([])
    })
  } else {
    describe.skip(`${name} ${SKIPPED_WITHOUT_SERVERS}`, suite)
  }
}
