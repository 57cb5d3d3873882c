/**
 * A private Dovecot 2.3: IMAP with STARTTLS, IMAPS and LMTP on loopback, unprivileged, everything
 * it knows in one directory. Plus-addressing: support+token@ is delivered to support@.
 *
 * An idling client hears of new mail 0.2 to 0.5 s after delivery: Dovecot collects changes for
 * half a second, and has no setting for it.
 */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Certificate } from './certificates.ts'
import { DaemonProcess, makeServerDirectory, serverUser } from './daemon-process.ts'
import { freePort } from './ports.ts'

export interface Dovecot {
  readonly imapPort: number
  readonly imapsPort: number
  readonly lmtpPort: number
  readonly process: DaemonProcess
  addUser(address: string, password: string): void
  /** What lies in a user's folder, oldest first, with CRLF line ends as IMAP would give it. */
  messages(address: string, folder?: string): Buffer[]
  /** Waits until there are at least so many. */
  untilMessages(address: string, count: number, folder?: string): Promise<Buffer[]>
}

const PATIENCE_MS = 15_000

export async function prepareDovecot(
  directory: string,
  tls: Certificate,
  introspectionUrl: string | null = null,
): Promise<Dovecot> {
  const [imapPort, imapsPort, lmtpPort] = [await freePort(), await freePort(), await freePort()]
  const users = join(directory, 'users')
  const config = join(directory, 'dovecot.conf')
  makeServerDirectory(join(directory, 'run'))
  makeServerDirectory(join(directory, 'mail'))
  writeFileSync(users, '')
  writeFileSync(join(directory, 'cert.pem'), tls.cert)
  writeFileSync(join(directory, 'key.pem'), tls.key, { mode: 0o644 })
  const oauth = introspectionUrl === null ? '' : withTokens(directory, introspectionUrl)
  writeFileSync(config, configuration(directory, { imapPort, imapsPort, lmtpPort }) + oauth)

  const folderPath = (address: string, folder: string): string =>
    join(directory, 'mail', address, 'Maildir', folder === 'INBOX' ? '' : `.${folder}`)
  const messages = (address: string, folder = 'INBOX'): Buffer[] =>
    readMaildir(folderPath(address, folder))

  return {
    imapPort,
    imapsPort,
    lmtpPort,
    process: new DaemonProcess({
      command: 'dovecot',
      args: ['-F', '-c', config],
      log: join(directory, 'dovecot.out'),
      ports: [imapPort, imapsPort, lmtpPort],
    }),
    addUser: (address, password) => appendFileSync(users, `${address}:{PLAIN}${password}::::::\n`),
    messages,
    async untilMessages(address, count, folder) {
      const deadline = Date.now() + PATIENCE_MS
      for (;;) {
        const found = messages(address, folder)
        if (found.length >= count) return found
        if (Date.now() > deadline) {
          throw new Error(`${address} has ${found.length} messages, waited for ${count}`)
        }
        await delay(20)
      }
    },
  }
}

/** Maildir names start with seconds and microseconds: sorted by name is sorted by arrival. */
function readMaildir(path: string): Buffer[] {
  const files = ['new', 'cur'].flatMap((part) =>
    listFiles(join(path, part)).map((name) => ({ name, file: join(path, part, name) })),
  )
  files.sort((a, b) => arrivalOf(a.name) - arrivalOf(b.name))
  return files.map(({ file }) => withCrlf(readFileSync(file)))
}

function listFiles(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return [] // no mail yet
  }
}

function arrivalOf(name: string): number {
  const [, seconds, micros] = /^(\d+)\.M(\d+)P/.exec(name) ?? []
  return Number(seconds) + Number(micros) / 1e6
}

function withCrlf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
}

/** Access tokens beside passwords. */
function withTokens(directory: string, introspectionUrl: string): string {
  const file = join(directory, 'oauth2.conf')
  writeFileSync(
    file,
    `introspection_mode = post
introspection_url = ${introspectionUrl}
username_attribute = email
username_format = %u
active_attribute = active
active_value = true
`,
  )
  return `
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${file}
}
`
}

function configuration(
  directory: string,
  ports: { imapPort: number; imapsPort: number; lmtpPort: number },
): string {
  const { name: user, group } = serverUser()
  return `
base_dir = ${directory}/run
state_dir = ${directory}/run
log_path = ${directory}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
default_vsz_limit = 0
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
hostname = mail.acme.test
postmaster_address = postmaster@acme.test
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
ssl = yes
ssl_cert = <${directory}/cert.pem
ssl_key = <${directory}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = username_format=%u ${directory}/users
}
userdb {
  driver = passwd-file
  args = username_format=%u ${directory}/users
  override_fields = uid=${user} gid=${group} home=${directory}/mail/%u
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    special_use = \\Sent
    auto = subscribe
  }
  mailbox Junk {
    special_use = \\Junk
    auto = subscribe
  }
  mailbox Archive {
    special_use = \\Archive
    auto = subscribe
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${ports.imapPort}
  }
  inet_listener imaps {
    port = ${ports.imapsPort}
  }
  process_min_avail = 1
}
service lmtp {
  user = ${user}
  inet_listener lmtp {
    port = ${ports.lmtpPort}
  }
}
service anvil {
  chroot =
  # no growing delay after failed logins
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`
}
