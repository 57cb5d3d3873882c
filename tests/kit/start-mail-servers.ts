/**
 * Real mail servers: Dovecot for IMAP, Exim for SMTP, between them LMTP. Tests begin with
 * `describeWithMailServers` (mail-servers.ts), which knows whether they are installed.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { makeCertificateAuthority } from './certificates.ts'
import { makeServerDirectory } from './daemon-process.ts'
import { type Dovecot, prepareDovecot } from './dovecot.ts'
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
      const kept = isKept || process.env.POSTROOM_KEEP === '1'
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

/** Servers stopped after this keep their directory. */
let isKept = false

export function keepServerDirectories(): void {
  isKept = true
}

/** As it stands in a configuration: read and answered from `address`. */
export function inboxOn({ imap, smtp }: MailServers, name: string, address: string) {
  const at = ({ host, port, caFile }: MailServers['imap']) => {
    const login = { user: address, password: imap.password }
    return { ...login, host, port, tls: 'starttls', tls_ca_file: caFile }
  }
  return { name, address, imap: at(imap), smtp: at(smtp) }
}
