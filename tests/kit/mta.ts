/**
 * A private Exim 4: an SMTP server with STARTTLS, implicit TLS and login, unprivileged, on
 * loopback. Local domains go to Dovecot by LMTP, and come back as genuine bounces when Dovecot
 * does not know the user. Nothing leaves the machine: there is no route to anywhere else, except
 * to a sink on loopback if a test gives one.
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Certificate } from './certificates.ts'
import { DaemonProcess, makeServerDirectory, serverUser } from './daemon-process.ts'
import { freePort } from './ports.ts'

export interface Mta {
  /** STARTTLS, login; without login only mail to local domains, like port 25. */
  readonly smtpPort: number
  readonly smtpsPort: number
  readonly process: DaemonProcess
  addUser(address: string, password: string): void
}

export interface MtaOptions {
  readonly localDomains: readonly string[]
  readonly lmtpPort: number
  /** Where mail to all other domains goes; null: it is refused. */
  readonly sinkPort: number | null
  readonly tls: Certificate
}

export async function prepareMta(directory: string, options: MtaOptions): Promise<Mta> {
  const [smtpPort, smtpsPort] = [await freePort(), await freePort()]
  const users = join(directory, 'logins')
  const config = join(directory, 'exim.conf')
  makeServerDirectory(join(directory, 'spool'))
  writeFileSync(users, '')
  writeFileSync(join(directory, 'exim-cert.pem'), options.tls.cert)
  writeFileSync(join(directory, 'exim-key.pem'), options.tls.key, { mode: 0o644 })
  writeFileSync(config, configuration(directory, options, smtpPort, smtpsPort))
  return {
    smtpPort,
    smtpsPort,
    process: new DaemonProcess({
      command: 'exim4',
      // In the foreground, retrying what had to wait every second.
      args: ['-C', config, '-bdf', '-q1s'],
      log: join(directory, 'exim.out'),
      ports: [smtpPort, smtpsPort],
    }),
    addUser: (address, password) => appendFileSync(users, `${address}: ${password}\n`),
  }
}

function configuration(
  directory: string,
  { localDomains, lmtpPort, sinkPort }: MtaOptions,
  smtpPort: number,
  smtpsPort: number,
): string {
  const { name: user, group } = serverUser()
  const password = `\${lookup{$auth_user}lsearch{${directory}/logins}{$value}fail}`
  const isRight = (name: string, given: string): string =>
    `\${if eq{${given}}{${password.replace('$auth_user', name)}}}`
  return `
exim_user = ${user}
exim_group = ${group}
never_users =
deliver_drop_privilege = true
primary_hostname = mail.acme.test
spool_directory = ${directory}/spool
log_file_path = ${directory}/exim-%s.log
pid_file_path = ${directory}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${smtpPort} : ${smtpsPort}
tls_on_connect_ports = ${smtpsPort}
tls_advertise_hosts = *
tls_certificate = ${directory}/exim-cert.pem
tls_privatekey = ${directory}/exim-key.pem
smtputf8_advertise_hosts = *
chunking_advertise_hosts =
host_lookup =
rfc1413_hosts =
keep_environment =
message_size_limit = 50M
smtp_accept_max = 200
remote_max_parallel = 5
timeout_frozen_after = 1m
domainlist local_domains = ${localDomains.join(' : ')}
acl_smtp_mail = acl_mail
acl_smtp_rcpt = acl_rcpt
begin acl
acl_mail:
  # verifying a signature would ask DNS
  accept control = dkim_disable_verify
acl_rcpt:
  accept domains = +local_domains
  ${sinkPort === null ? '' : 'accept authenticated = *'}
  deny message = relay not permitted
begin routers
local:
  driver = manualroute
  domains = +local_domains
  transport = to_dovecot
  route_list = * 127.0.0.1
  self = send
${sinkPort === null ? '' : router('away', 'to_sink')}
begin transports
to_dovecot:
  driver = smtp
  protocol = lmtp
  port = ${lmtpPort}
  allow_localhost
  hosts_try_auth =
${sinkPort === null ? '' : sink(sinkPort)}
begin retry
* * F,1h,1s
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${isRight('$auth2', '$auth3')}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${isRight('$auth1', '$auth2')}
  server_set_id = $auth1
`
}

const router = (name: string, transport: string): string => `${name}:
  driver = manualroute
  transport = ${transport}
  route_list = * 127.0.0.1
  self = send`

const sink = (port: number): string => `to_sink:
  driver = smtp
  port = ${port}
  allow_localhost
  hosts_avoid_tls = *`
