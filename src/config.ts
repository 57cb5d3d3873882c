/**
 * The only reader of the environment and of the configuration file. Read once, wrong all at
 * once, and what comes out is one frozen, typed Config whose secrets cannot print.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { applyEnvironment, VARIABLES } from './config-environment.ts'
import { finishConfig } from './config-finish.ts'
import { Finisher } from './config-finisher.ts'
import { type ConfigProblem, dotted, Locator, problemsOf } from './config-problems.ts'
import { referenceAt, referencesIn } from './config-references.ts'
import { withoutMistakes } from './config-mistakes.ts'
import { ConfigFile, knownKeys } from './config-schema.ts'
import type { Rate } from './config-values.ts'
import { EXIT, messageOf, OperatorError } from './errors.ts'
import type { Address } from './mail/address.ts'
import type { Secret } from './secret.ts'

export interface OauthConfig {
  readonly provider: string
  readonly clientId: string
  /** Null: a public client has none. */
  readonly clientSecret: Secret | null
  readonly refreshTokenFile: string
  readonly tokenUrl: string | null
}

/** An OpenID provider that people may log in with. */
export interface OidcConfig {
  /** What people call it. */
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  /** Null: a public client has none. */
  readonly clientSecret: Secret | null
  /** Addresses of these domains are believed; null: of all. In lower case. */
  readonly domains: readonly string[] | null
  /** Its addresses are believed without `email_verified`, too. */
  readonly trustEmail: boolean
}

export interface ServerConfig {
  readonly host: string
  readonly port: number
  readonly tls: 'implicit' | 'starttls' | 'none'
  readonly user: string | null
  readonly password: Secret | null
  readonly oauth: OauthConfig | null
  /** Further certificate authorities, PEM. */
  readonly ca: string | null
  readonly allowInsecure: boolean
}

export type DoneAction = { do: 'keep' } | { do: 'seen' } | { do: 'move'; folder: string }

export interface InboxConfig {
  readonly name: string
  readonly address: Address
  readonly aliases: readonly Address[]
  readonly imap: ServerConfig & { readonly folder: string; readonly done: DoneAction }
  readonly smtp: ServerConfig & { readonly lanes: number; readonly rate: Rate | null }
  readonly plusAddressing: boolean
  readonly authservId: string | null
  readonly agentTrust: 'token' | 'token+dmarc'
  readonly ccJoin: 'opening' | 'proven' | 'never'
  readonly reopenWindowMs: number
  readonly backlog: 'recent' | 'ignore' | 'import'
  readonly locale: string
  /** IANA name: how dates in mail are written. */
  readonly timeZone: string
  /** Directory of its own templates, or null. */
  readonly templates: string | null
}

export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: Secret; readonly shown: string }

/** After how many milliseconds what goes; null: never. */
export interface Retention {
  /** Messages as they came in; what was made of them stays. */
  readonly sources: number | null
  /** Messages nothing came of: source, sender and reasons. */
  readonly discarded: number | null
  /** Our copies of mail we sent. */
  readonly sent: number | null
  /** The history of tickets and of who did what. */
  readonly events: number | null
}

export interface Config {
  /** The file it was read from, or null: environment only. */
  readonly file: string | null
  readonly publicUrl: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly dataDir: string
  readonly database: DatabaseConfig
  /** Directory for sources and attachments; null: chosen by the database. */
  readonly blobs: string | null
  readonly migrate: 'auto' | 'manual'
  readonly lifecycle: string
  readonly registration: 'open' | 'approval' | 'closed'
  /** Null: people log in with passwords only. */
  readonly oidc: OidcConfig | null
  readonly categories: readonly string[]
  readonly agents: readonly { readonly email: Address; readonly name: string | null }[]
  readonly inboxes: readonly InboxConfig[]
  readonly acknowledgement: {
    readonly enabled: boolean
    readonly delayMs: number
    readonly budget: {
      readonly perRecipient: Rate | null
      readonly perDomain: Rate | null
      readonly unverifiedTotal: Rate | null
      readonly total: Rate | null
    }
  }
  readonly agentNotices: {
    readonly default: 'all' | 'mine_unassigned' | 'mine' | 'digest' | 'off'
    readonly coalesceMs: number
  }
  readonly replyHoldMs: number
  readonly flood: { readonly perSender: Rate | null; readonly ticketsPerSender: Rate | null }
  /** Mail that was sent to two inboxes: a ticket in each, or one with a note. */
  readonly severalInboxes: 'each' | 'once'
  /** What a customer's mail that says only thanks does to a ticket that is done with. */
  readonly thanks: 'reopen' | 'keep'
  readonly rateLimits: Readonly<Record<string, Rate | null>>
  readonly trustProxy: readonly string[]
  readonly webhooks: { readonly allowPrivate: readonly string[] }
  readonly metrics: 'loopback' | 'token'
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent' }
  readonly retention: Retention
  /** Things that work but should be looked at, e.g. a password in a world-readable file. */
  readonly warnings: readonly string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

const SYNTAX_ERRORS_SHOWN = 3

const DEFAULT_FILE = 'config/postroom.yaml'
/**
 * Reads the configuration named by `--config`, POSTROOM_CONFIG or the default path.
 * @throws OperatorError (exit 78) that lists every mistake.
 */
export function loadConfig(
  named: string | null,
  env: Environment = process.env,
  cwd: string = process.cwd(),
): Config {
  // Empty is not set, as for every other variable.
  const wanted = named ?? (env['POSTROOM_CONFIG'] || null)
  const file = path.resolve(cwd, wanted ?? DEFAULT_FILE)
  if (!existsSync(file)) {
    if (wanted === null && VARIABLES.some((variable) => env[variable])) {
      return configFrom({}, { env, baseDir: cwd })
    }
    throw new OperatorError(
      EXIT.config,
      wanted === null
        ? `No configuration: there is no ${file}, and none of ${VARIABLES.join(', ')} is set. Copy config/postroom.example.yaml to ${file} and edit it, or name a file with --config.`
        : `The configuration file ${file} does not exist. Check the path given with --config or POSTROOM_CONFIG.`,
    )
  }
  return fromFile(file, shownPath(cwd, file), env)
}

/** As short as it is clear: relative below the working directory, absolute elsewhere. */
function shownPath(cwd: string, file: string): string {
  const relative = path.relative(cwd, file)
  return relative === '' || relative.startsWith('..') ? file : relative
}

function fromFile(file: string, shown: string, env: Environment): Config {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new OperatorError(
      EXIT.config,
      `The configuration file ${shown} cannot be read: ${messageOf(cause)}. It must be a file that this user may read.`,
      { cause },
    )
  }
  const lines = new LineCounter()
  const source = text.replace(/^\uFEFF/, '')
  const document = parseDocument(source, { lineCounter: lines, uniqueKeys: true })
  if (document.errors.length > 0) {
    // What comes after the first mistakes of syntax mostly follows from them.
    fail(
      document.errors.slice(0, SYNTAX_ERRORS_SHOWN).map(({ pos: [offset], message }) => {
        const { line, col } = lines.linePos(offset)
        const what = referenceAt(source, offset) ?? message.split('\n')[0] ?? ''
        return { where: `${shown}:${line}:${col}`, what }
      }),
    )
  }
  const tree = treeOf(document, shown)
  const worldReadable = (statSync(file).mode & 0o004) !== 0
  return configFrom(tree, {
    env,
    baseDir: path.dirname(file),
    file,
    locator: (variables) => new Locator(shown, document, lines, variables),
    worldReadable,
  })
}

/** Resolves aliases: one may name nothing, and a few lines of them may mean billions of values. */
function treeOf(document: Document, shown: string): unknown {
  try {
    return document.toJS() ?? {}
  } catch (cause) {
    return fail([{ where: shown, what: messageOf(cause) }])
  }
}

export interface ConfigSource {
  readonly env: Environment
  /** Relative paths of the file are relative to this directory. */
  readonly baseDir: string
  readonly file?: string
  readonly locator?: (variables: ReadonlyMap<string, string>) => Locator
  readonly worldReadable?: boolean
}

/** Validates a configuration tree; throws an OperatorError that lists all problems. */
export function configFrom(tree: unknown, source: ConfigSource): Config {
  const laid = applyEnvironment(tree, source.env)
  const { merged, variables } = laid
  const locator =
    source.locator?.(variables) ?? new Locator('the environment', null, null, variables)
  const references = referencesIn(merged, locator)
  // That `${PORT}` is no number either helps nobody.
  const told = [...laid.mistaken, ...references.map(({ at }) => at)]
  const problems = [...laid.problems, ...references.map(({ problem }) => problem)]
  const parsed = ConfigFile.safeParse(merged)
  if (!parsed.success) {
    const saying = { locator, knownKeys, told: new Set(told.map(dotted)) }
    problems.push(...problemsOf(parsed.error, saying))
  }
  const rest = parsed.success
    ? { tree: parsed.data, mistaken: [] }
    : withoutMistakes(merged, parsed.error)
  if (rest === null) return fail(problems)
  const finished = finishConfig(
    rest.tree,
    new Finisher(source, locator, [...told, ...rest.mistaken]),
  )
  problems.push(...finished.problems)
  if (problems.length > 0) fail(problems)
  return Object.freeze(finished.config)
}

function fail(problems: readonly ConfigProblem[]): never {
  const list = problems.map(({ where, what }) => `  ${where}: ${what}`).join('\n')
  const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`
  throw new OperatorError(EXIT.config, `The configuration has ${count}:\n${list}`)
}
