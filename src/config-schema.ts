/**
 * The shape of the configuration file: every key, its type and its default. Unknown keys are
 * errors. What comes out is still close to the file; config.ts turns it into the Config.
 */
import { z } from 'zod'
import {
  address,
  duration,
  languageTag,
  listenAddress,
  network,
  networkOrHost,
  port,
  rate,
  timeZone,
} from './config-values.ts'

const oneLine = z.string().regex(/^[^\p{Cc}]*$/u, 'contains control characters')
const name = oneLine.min(1, 'is empty')
const host = z
  .string()
  .regex(/^[^\s/@:]+$|^[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*$/i, 'is not a host name (without port)')
const tls = z.enum(['implicit', 'starttls', 'none'])

const Oauth = z.strictObject({
  provider: z.string(),
  client_id: z.string(),
  client_secret_file: z.string().optional(),
  refresh_token_file: z.string(),
  token_url: z.url().optional(),
})

const Oidc = z.strictObject({
  name,
  issuer: z.url(),
  client_id: z.string().min(1, 'is empty'),
  client_secret_file: z.string().optional(),
  domains: z.array(host).min(1, 'is empty').optional(),
  trust_email: z.boolean().default(false),
})

const credentials = {
  user: z.string().min(1, 'is empty').optional(),
  password: z.string().min(1, 'is empty').optional(),
  password_file: z.string().optional(),
  oauth: Oauth.optional(),
  tls_ca_file: z.string().optional(),
  allow_insecure: z.boolean().default(false),
}

const FOLDER_LENGTH_MAX = 1_000
const DONE = /^(?:keep|seen|move:[^\p{Cc}]{1,1000})$/u

export const ImapSection = z.strictObject({
  host,
  port: port.default(993),
  tls: tls.default('implicit'),
  ...credentials,
  folder: name
    .max(FOLDER_LENGTH_MAX, `is longer than ${FOLDER_LENGTH_MAX} characters`)
    .default('INBOX'),
  done: z.string().regex(DONE, 'is not one of keep, seen, move:<folder>').default('keep'),
})

export const SmtpSection = z.strictObject({
  host,
  port: port.default(587),
  tls: tls.default('starttls'),
  ...credentials,
  lanes: z.number().int().min(1).max(50).default(5),
  rate: rate.default(null),
})

export const InboxSection = z.strictObject({
  name,
  address,
  aliases: z.array(address).default([]),
  imap: ImapSection,
  smtp: SmtpSection,
  plus_addressing: z.boolean().default(true),
  authserv_id: z.string().min(1, 'is empty').optional(),
  agent_trust: z.enum(['token', 'token+dmarc']).optional(),
  cc_join: z.enum(['opening', 'proven', 'never']).default('opening'),
  reopen_window: duration.default(0),
  backlog: z.enum(['recent', 'ignore', 'import']).default('recent'),
  locale: languageTag.default('en'),
  time_zone: timeZone.optional(),
  templates: z.string().min(1, 'is empty').optional(),
})

const Agent = z.union([
  address.transform((email) => ({ email, name: null })),
  z.strictObject({ email: address, name: name.nullable().default(null) }),
])

const RATE = { perRecipient: '10/3h', perDomain: '200/h', unverified: '60/h', total: '1000/h' }
const budget = z.union([
  z.literal('unlimited').transform(() => ({
    per_recipient: null,
    per_domain: null,
    unverified_total: null,
    total: null,
  })),
  z.strictObject({
    per_recipient: rate.prefault(RATE.perRecipient),
    per_domain: rate.prefault(RATE.perDomain),
    unverified_total: rate.prefault(RATE.unverified),
    total: rate.prefault(RATE.total),
  }),
])

const flood = z.union([
  z.literal('unlimited').transform(() => ({ per_sender: null, tickets_per_sender: null })),
  z.strictObject({
    per_sender: rate.prefault('60/min'),
    tickets_per_sender: rate.prefault('100/h'),
  }),
])

/** Shorter, and what is still worked on would go. */
const DAY_MS = 24 * 3_600_000
const kept = duration.refine((ms) => ms >= DAY_MS, 'is less than a day')

export const ConfigFile = z.strictObject({
  public_url: z.url({ protocol: /^https?$/, error: 'is not an http or https URL' }).optional(),
  listen: listenAddress.prefault('127.0.0.1:8025'),
  data_dir: z.string().min(1, 'is empty').default('./data'),
  database: z.string().optional(),
  blobs: z.string().optional(),
  migrate: z.enum(['auto', 'manual']).default('auto'),
  lifecycle: name.default('default'),
  registration: z.enum(['open', 'approval', 'closed']).default('approval'),
  oidc: Oidc.optional(),
  categories: z.array(name).default(['Hardware', 'Software', 'General']),
  agents: z.array(Agent).default([]),
  inboxes: z.array(InboxSection).default([]),
  acknowledgement: z
    .strictObject({
      enabled: z.boolean().default(true),
      delay: duration.default(0),
      budget: budget.prefault({}),
    })
    .prefault({}),
  agent_notices: z
    .strictObject({
      default: z
        .enum(['all', 'mine_unassigned', 'mine', 'digest', 'off'])
        .default('mine_unassigned'),
      coalesce: duration.prefault('120s'),
    })
    .prefault({}),
  reply_hold: duration.default(0),
  flood: flood.prefault({}),
  several_inboxes: z.enum(['each', 'once']).default('each'),
  thanks: z.enum(['reopen', 'keep']).default('reopen'),
  rate_limits: z
    .strictObject({
      token: rate.prefault('unlimited'),
      session: rate.prefault('600/min'),
      login: rate.prefault('20/10min'),
      register: rate.prefault('20/10min'),
      verify: rate.prefault('10/10min'),
      forgot: rate.prefault('10/10min'),
    })
    .prefault({}),
  trust_proxy: z.array(network).default([]),
  webhooks: z.strictObject({ allow_private: z.array(networkOrHost).default([]) }).prefault({}),
  metrics: z.enum(['loopback', 'token']).default('loopback'),
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
  retention: z
    .strictObject({ sources: kept, discarded: kept, sent: kept, events: kept })
    .partial()
    .prefault({}),
})

export type ConfigTree = z.output<typeof ConfigFile>
export type InboxTree = z.output<typeof InboxSection>
export type ServerTree = z.output<typeof ImapSection> | z.output<typeof SmtpSection>

/** The keys that the schema knows at a path; empty where anything goes. */
export function knownKeys(at: readonly (string | number)[]): readonly string[] {
  let schema: unknown = ConfigFile
  for (const part of at) {
    const inner = unwrapped(schema)
    if (inner instanceof z.ZodArray) schema = inner.element
    else if (inner instanceof z.ZodObject) schema = (inner.shape as Record<string, unknown>)[part]
    else return []
  }
  const inner = unwrapped(schema)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

function unwrapped(schema: unknown): unknown {
  let inner = schema
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable
  ) {
    inner = inner.unwrap()
  }
  if (inner instanceof z.ZodUnion) {
    return inner.options.find((option) => unwrapped(option) instanceof z.ZodObject)
  }
  return inner
}
