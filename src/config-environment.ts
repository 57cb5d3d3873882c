/** The environment wins over the file: POSTROOM_* variables are laid over the file's tree. */
import type { ConfigProblem, KeyPath } from './config-problems.ts'
import { isLoopback, parseServerUrl, type ServerUrl } from './config-values.ts'

type Tree = Record<string, unknown>

/** Variable -> path of the key it sets. */
const PLAIN: Readonly<Record<string, readonly string[]>> = {
  POSTROOM_DATABASE_URL: ['database'],
  POSTROOM_LISTEN: ['listen'],
  POSTROOM_DATA_DIR: ['data_dir'],
  POSTROOM_PUBLIC_URL: ['public_url'],
  POSTROOM_LOG_LEVEL: ['log', 'level'],
}

/** Each of them alone is enough to run without a file. */
export const VARIABLES: readonly string[] = [
  ...Object.keys(PLAIN),
  'POSTROOM_IMAP_URL',
  'POSTROOM_SMTP_URL',
  'POSTROOM_ADDRESS',
]

/** The variable that sets this key, or null. */
export const variableFor = (at: readonly (string | number)[]): string | null =>
  Object.entries(PLAIN).find(([, path]) => path.join('.') === at.join('.'))?.[0] ?? null

export interface Merged {
  readonly merged: unknown
  /** Dotted path -> the variable that supplied it. */
  readonly variables: ReadonlyMap<string, string>
  readonly problems: readonly ConfigProblem[]
  /** The keys that they are about. */
  readonly mistaken: readonly KeyPath[]
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Lays the POSTROOM_* variables over a tree; the tree itself is not changed. */
export function applyEnvironment(
  tree: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Merged {
  const variables = new Map<string, string>()
  const problems: ConfigProblem[] = []
  const mistaken: KeyPath[] = []
  if (!isTree(tree)) return { merged: tree, variables, problems, mistaken }
  const merged: Tree = { ...tree }
  for (const [variable, path] of Object.entries(PLAIN)) {
    const value = env[variable]
    if (value === undefined || value === '') continue
    setAt(merged, path, value)
    variables.set(path.join('.'), variable)
  }
  const list: readonly unknown[] = Array.isArray(merged['inboxes']) ? merged['inboxes'] : []
  const index = placeOfSupport(list)
  const inbox = inboxFrom(env, index, { variables, problems, mistaken })
  if (inbox !== null) merged['inboxes'] = withInbox(list, index, inbox, variables)
  return { merged, variables, problems, mistaken }
}

function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path
  if (rest.length === 0) {
    tree[key] = value
    return
  }
  const child = tree[key]
  const copy: Tree = isTree(child) ? { ...child } : {}
  tree[key] = copy
  setAt(copy, rest, value)
}

interface Findings {
  readonly variables: Map<string, string>
  readonly problems: ConfigProblem[]
  readonly mistaken: KeyPath[]
}

/** The one inbox the environment can describe; its name is Support. */
function inboxFrom(
  env: Readonly<Record<string, string | undefined>>,
  index: number,
  { variables, problems, mistaken }: Findings,
): Tree | null {
  const inbox: Tree = {}
  for (const [variable, key, scheme] of [
    ['POSTROOM_IMAP_URL', 'imap', 'imap'],
    ['POSTROOM_SMTP_URL', 'smtp', 'smtp'],
  ] as const) {
    const text = env[variable]
    if (!text) continue
    const url = parseServerUrl(text, scheme)
    if (url === null) {
      const what = `is not a URL such as ${scheme}s://user:password@${scheme}.example.org`
      problems.push({ where: variable, what })
      mistaken.push(['inboxes', index, key])
      inbox[key] = text
      continue
    }
    const server = serverTree(url, scheme)
    inbox[key] = server
    // The whole, for what is missing in it; each key, because the file may give others.
    variables.set(`inboxes.${index}.${key}`, variable)
    for (const part of Object.keys(server))
      variables.set(`inboxes.${index}.${key}.${part}`, variable)
  }
  const address = env['POSTROOM_ADDRESS']
  if (address) {
    inbox['address'] = address
    variables.set(`inboxes.${index}.address`, 'POSTROOM_ADDRESS')
  }
  return Object.keys(inbox).length === 0 ? null : inbox
}

function serverTree(url: ServerUrl, scheme: 'imap' | 'smtp'): Tree {
  return {
    host: url.host,
    port: url.port,
    // imap:// and smtp:// mean STARTTLS; on the machine itself there is nobody to hide from.
    tls: url.tls === 'starttls' && isLoopback(url.host) ? 'none' : url.tls,
    ...(url.user === null ? {} : { user: url.user }),
    ...(url.password === null ? {} : { password: url.password }),
    ...(scheme === 'imap' && url.path !== '' ? { folder: url.path } : {}),
  }
}

/** Where the inbox named Support stands; else behind the others, which keep their places. */
function placeOfSupport(list: readonly unknown[]): number {
  const index = list.findIndex((inbox) => isTree(inbox) && inbox['name'] === 'Support')
  return index === -1 ? list.length : index
}

/** Lays the inbox over the one that stands there, or adds it. */
function withInbox(
  list: readonly unknown[],
  index: number,
  inbox: Tree,
  variables: Map<string, string>,
): unknown {
  const existing = list[index]
  const base: Tree = isTree(existing) ? existing : { name: 'Support' }
  if (!isTree(existing)) variables.set(`inboxes.${index}`, 'POSTROOM_IMAP_URL')
  const merged: Tree = { ...base, ...inbox }
  for (const key of ['imap', 'smtp']) {
    const [from, over] = [base[key], inbox[key]]
    if (!isTree(from) || !isTree(over)) continue
    merged[key] = { ...('password' in over ? withoutLogin(from) : from), ...over }
  }
  return [...list.slice(0, index), merged, ...list.slice(index + 1)]
}

/** A password takes the place of every other way to log in. */
const withoutLogin = ({
  password: _password,
  password_file: _file,
  oauth: _oauth,
  ...others
}: Tree): Tree => others
