/**
 * A tiny internet on loopback: every address of its accounts has a mailbox that is written by
 * SMTP and read by IMAP. All of them live on the same two servers.
 */
import type { WaitOptions } from './changes.ts'
import type { StoredMessage } from './imap/accounts.ts'
import type { ImapServer } from './imap/server.ts'
import { startImapServer } from './imap/server.ts'
import type { ReceivedMessage, SmtpServer } from './smtp/server.ts'
import { startSmtpServer } from './smtp/server.ts'
import type { ServerTls } from './tls.ts'

export interface MailWorldOptions {
  /** Address to password. The address is the user name of both servers. */
  accounts: Readonly<Record<string, string>>
  /** Any address of these domains gets a mailbox when its first mail arrives. */
  domains?: readonly string[]
  imapPort?: number
  smtpPort?: number
  tls?: ServerTls
  serverName?: string
  /** Told of every message that the SMTP server accepted, before its sender is. */
  onReceived?: (message: ReceivedMessage) => void
}

export interface MailWorld {
  readonly imap: ImapServer
  readonly smtp: SmtpServer
  addAccount(address: string, password: string): void
  /** What lies in the INBOX of an address, oldest first; nothing for an unknown one. */
  inboxOf(address: string): readonly StoredMessage[]
  /** Resolves with the first message in the INBOX of `address` that passes the test. */
  untilMail(
    address: string,
    test: (message: StoredMessage) => boolean,
    options: WaitOptions,
  ): Promise<StoredMessage>
  close(): Promise<void>
}

export async function startMailWorld(options: MailWorldOptions): Promise<MailWorld> {
  const { tls } = options
  const passwords = new Map(Object.entries(options.accounts))
  const domains = new Set(options.domains)
  const imap = await startImapServer({
    port: options.imapPort ?? 0,
    users: options.accounts,
    ...(tls && { tls }),
  })

  const addAccount = (address: string, password: string): void => {
    passwords.set(address, password)
    imap.addUser(address, password)
  }
  const deliver = (mailbox: string, source: Buffer): boolean => {
    const isOurs = domains.has(mailbox.split('@')[1] ?? '')
    if (!imap.hasUser(mailbox) && isOurs) addAccount(mailbox, mailbox)
    if (!imap.hasUser(mailbox)) return false
    imap.deliver(mailbox, source)
    return true
  }
  const smtp = await startSmtpServer({
    port: options.smtpPort ?? 0,
    users: passwords,
    deliver,
    ...(tls && { tls }),
    ...(options.serverName !== undefined && { name: options.serverName }),
    ...(options.onReceived && { onReceived: options.onReceived }),
  })

  const inboxOf = (address: string): readonly StoredMessage[] =>
    imap.hasUser(address) ? imap.folder(address, 'INBOX').messages : []
  return {
    imap,
    smtp,
    addAccount,
    inboxOf,
    untilMail: (address, test, wait) => {
      if (!imap.hasUser(address)) throw new Error(`${address} has no mailbox in this world`)
      return imap.folder(address, 'INBOX').until((messages) => messages.find(test), wait)
    },
    close: async () => {
      await Promise.all([imap.close(), smtp.close()])
    },
  }
}
