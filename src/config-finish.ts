/**
 * From the validated tree to the Config: paths made absolute, secrets read and wrapped, and the
 * rules that span several keys.
 */
import path from 'node:path'
import type { Config, DatabaseConfig, DoneAction, InboxConfig, ServerConfig } from './config.ts'
import { finishOauth, finishOidc } from './config-oauth.ts'
import type { Finisher } from './config-finisher.ts'
import type { ConfigProblem, KeyPath } from './config-problems.ts'
import type { ConfigTree, InboxTree, ServerTree } from './config-schema.ts'
import { isLoopback } from './config-values.ts'
import { messageOf } from './errors.ts'
import { loadLifecycle } from './lifecycles.ts'
import { domainOf, parseAddress, splitSubaddress } from './mail/address.ts'
import { Secret } from './secret.ts'

/**
 * Where a browser on this machine finds the desk. Where it listens for others too, they come by a
 * name that only the admin knows.
 */
function urlOf({ host, port }: Config['listen']): string {
  const reached = isLoopback(host) ? host : '127.0.0.1'
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port === 0 ? 8025 : port}`
}

export function finishConfig(
  tree: ConfigTree,
  finisher: Finisher,
): { config: Config; problems: readonly ConfigProblem[] } {
  const dataDir = finisher.resolve(tree.data_dir)
  const inboxes = tree.inboxes.map((inbox, index) => finishInbox(inbox, index, finisher))
  checkAddresses(inboxes, finisher)
  warnOfAddresses(inboxes, tree.agents, finisher)
  warnOfOpenPort(tree, finisher)
  if (inboxes.length === 0)
    finisher.warnings.push('no inbox is configured: no mail comes in or goes out')
  checkLifecycle(tree.lifecycle, finisher)
  const { budget } = tree.acknowledgement
  const config: Config = {
    file: finisher.source.file ?? null,
    publicUrl: tree.public_url?.replace(/\/+$/, '') ?? urlOf(tree.listen),
    listen: tree.listen,
    dataDir,
    database: finishDatabase(tree.database, dataDir, finisher),
    blobs: tree.blobs === undefined ? null : finisher.resolve(tree.blobs),
    migrate: tree.migrate,
    lifecycle: tree.lifecycle,
    registration: tree.registration,
    oidc: finishOidc(tree, finisher),
    categories: tree.categories,
    agents: tree.agents,
    inboxes,
    acknowledgement: {
      enabled: tree.acknowledgement.enabled,
      delayMs: tree.acknowledgement.delay,
      budget: {
        perRecipient: budget.per_recipient,
        perDomain: budget.per_domain,
        unverifiedTotal: budget.unverified_total,
        total: budget.total,
      },
    },
    agentNotices: { default: tree.agent_notices.default, coalesceMs: tree.agent_notices.coalesce },
    replyHoldMs: tree.reply_hold,
    flood: { perSender: tree.flood.per_sender, ticketsPerSender: tree.flood.tickets_per_sender },
    severalInboxes: tree.several_inboxes,
    thanks: tree.thanks,
    rateLimits: tree.rate_limits,
    trustProxy: tree.trust_proxy,
    webhooks: { allowPrivate: tree.webhooks.allow_private },
    metrics: tree.metrics,
    log: tree.log,
    retention: {
      sources: tree.retention.sources ?? null,
      discarded: tree.retention.discarded ?? null,
      sent: tree.retention.sent ?? null,
      events: tree.retention.events ?? null,
    },
    warnings: finisher.warnings,
  }
  return { config, problems: finisher.problems }
}

function checkLifecycle(name: string, finisher: Finisher): void {
  try {
    loadLifecycle(name)
  } catch (err) {
    finisher.problem(['lifecycle'], messageOf(err))
  }
}

function finishDatabase(
  text: string | undefined,
  dataDir: string,
  finisher: Finisher,
): DatabaseConfig {
  if (text === undefined) return { kind: 'sqlite', file: path.join(dataDir, 'postroom.db') }
  if (/^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)) {
    const url = new URL(text)
    if (url.password !== '') {
      finisher.warnIfPublic(
        ['database'],
        'the password in database',
        'use POSTROOM_DATABASE_URL, or',
      )
    }
    return {
      kind: 'postgres',
      url: new Secret(text),
      shown: `postgres://${url.host}${url.pathname}`,
    }
  }
  const file = /^sqlite:(?:\/\/)?(.+)$/.exec(text)?.[1]
  if (file === undefined) {
    finisher.problem(
      ['database'],
      `database is not sqlite:FILE or postgres://user:password@host/name`,
    )
  }
  return { kind: 'sqlite', file: finisher.resolve(file ?? 'postroom.db') }
}

function finishInbox(tree: InboxTree, index: number, finisher: Finisher): InboxConfig {
  const at: KeyPath = ['inboxes', index]
  const imap = finishServer(tree.imap, [...at, 'imap'], finisher)
  const smtp = finishServer(tree.smtp, [...at, 'smtp'], finisher)
  // One that is named and cannot be read is a problem already.
  const { password, password_file, oauth } = tree.imap
  if (imap.user === null || (password ?? password_file ?? oauth) === undefined) {
    finisher.problem(
      [...at, 'imap'],
      `inboxes[${index}].imap needs user and password, password_file or oauth`,
      ['user', 'password', 'password_file', 'oauth'].map((key) => [...at, 'imap', key]),
    )
  }
  const authservId = tree.authserv_id ?? null
  return {
    name: tree.name,
    address: tree.address,
    aliases: tree.aliases,
    imap: { ...imap, folder: tree.imap.folder, done: doneAction(tree.imap.done) },
    smtp: { ...smtp, lanes: tree.smtp.lanes, rate: tree.smtp.rate },
    plusAddressing: tree.plus_addressing,
    authservId,
    agentTrust: tree.agent_trust ?? (authservId === null ? 'token' : 'token+dmarc'),
    ccJoin: tree.cc_join,
    reopenWindowMs: tree.reopen_window,
    backlog: tree.backlog,
    locale: tree.locale,
    timeZone: tree.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    templates: tree.templates === undefined ? null : finisher.resolve(tree.templates),
  }
}

function doneAction(text: string): DoneAction {
  if (text.startsWith('move:')) return { do: 'move', folder: text.slice('move:'.length) }
  return text === 'seen' ? { do: 'seen' } : { do: 'keep' }
}

function finishServer(tree: ServerTree, at: KeyPath, finisher: Finisher): ServerConfig {
  const label = `inboxes[${String(at[1])}].${String(at[2])}`
  const plainAllowed = isLoopback(tree.host) || tree.allow_insecure
  if (tree.tls === 'none' && !plainAllowed) {
    finisher.problem(
      [...at, 'tls'],
      `${label}.tls: none sends the password in the clear to ${tree.host}; use implicit or starttls, or set allow_insecure: true if you must`,
      [[...at, 'allow_insecure']],
    )
  }
  const ca =
    tree.tls_ca_file === undefined
      ? null
      : finisher.read([...at, 'tls_ca_file'], `${label}.tls_ca_file`, tree.tls_ca_file)
  return {
    host: tree.host,
    port: tree.port,
    tls: tree.tls,
    user: tree.user ?? null,
    password: finisher.password(at, label, tree),
    oauth: tree.oauth === undefined ? null : finishOauth(tree, [...at, 'oauth'], finisher),
    ca,
    allowInsecure: tree.allow_insecure,
  }
}

/** Passwords and mail would cross the network as they are; behind a proxy that has TLS they do not. */
function warnOfOpenPort(
  { listen, public_url: publicUrl = '', trust_proxy: trusted }: ConfigTree,
  finisher: Finisher,
): void {
  if (isLoopback(listen.host) || publicUrl.startsWith('https:') || trusted.length > 0) return
  finisher.warnings.push(
    `listen is ${listen.host}, open to others, without TLS: put a proxy with TLS before it, and set public_url (https://...) and trust_proxy`,
  )
}

/** What works, but seldom as it was meant. */
function warnOfAddresses(
  inboxes: readonly InboxConfig[],
  agents: Config['agents'],
  finisher: Finisher,
): void {
  for (const [index, { address, aliases, smtp }] of inboxes.entries()) {
    const both = agents.filter(({ email }) => [address, ...aliases].includes(email))
    for (const { email } of both) {
      finisher.warnings.push(
        `${email} is an agent and an address of inboxes[${index}]: mail from it is the desk's own, so this agent cannot answer by mail`,
      )
    }
    const login = parseAddress(smtp.user)
    if (login !== null && domainOf(login) !== domainOf(address)) {
      finisher.warnings.push(
        `inboxes[${index}].smtp.user is of ${domainOf(login)} and mail goes out from ${address}: many servers refuse a sender of another domain`,
      )
    }
  }
}

/** Names and addresses decide which inbox a message belongs to, so they must be unique. */
function checkAddresses(inboxes: readonly InboxConfig[], finisher: Finisher): void {
  const names = new Map<string, number>()
  const addresses = new Map<string, number>()
  for (const [index, inbox] of inboxes.entries()) {
    const sameName = names.get(inbox.name.toLowerCase())
    if (sameName !== undefined) {
      finisher.problem(
        ['inboxes', index, 'name'],
        `inboxes[${index}].name "${inbox.name}" is also the name of inboxes[${sameName}]`,
      )
    }
    names.set(inbox.name.toLowerCase(), index)
    for (const address of [inbox.address, ...inbox.aliases]) {
      const other = addresses.get(address)
      if (other !== undefined) {
        finisher.problem(
          ['inboxes', index],
          `the address ${address} is in inboxes[${other}] and inboxes[${index}]`,
        )
      }
      addresses.set(address, index)
      if (splitSubaddress(address).tag !== null && inbox.plusAddressing) {
        finisher.problem(
          ['inboxes', index, 'address'],
          `${address} has a +tag of its own, so replies cannot carry ours; set plus_addressing: false`,
          [['inboxes', index, 'plus_addressing']],
        )
      }
    }
  }
}
