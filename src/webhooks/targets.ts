/**
 * Where webhooks may lead: never to this machine or its networks, unless the configuration says
 * so. A name is looked up once, every address it has is judged by number, and the connection goes
 * to an address that was judged, so that a name cannot change its mind in between.
 */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

/** Why a webhook cannot lead there, for the admin who asked for it. */
export class BadTarget extends Error {
  override readonly name = 'BadTarget'
}

/** The addresses of a host name. Rejects when it has none. */
export type Resolve = (host: string) => Promise<readonly string[]>

export const resolveByDns: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address)

/** What `webhooks.allow_private` names: addresses, networks (`10.0.0.0/8`) and host names. */
export interface Allowed {
  readonly networks: Pick<BlockList, 'check'>
  readonly hosts: ReadonlySet<string>
  /** Is there any entry that is not a host name? */
  readonly hasNetworks: boolean
}

export function allowedTargets(entries: readonly string[]): Allowed {
  const networks = new BlockList()
  const hosts = new Set<string>()
  let hasNetworks = false
  for (const entry of entries) {
    const [address = '', bits] = entry.replace(/^\[|\]$/g, '').split('/')
    const family = familyOf(address)
    if (family === null) {
      hosts.add(bareName(entry))
      continue
    }
    hasNetworks = true
    if (bits === undefined) networks.addAddress(address, family)
    else networks.addSubnet(address, Number(bits), family)
  }
  return { networks, hosts, hasNetworks }
}

export interface Target {
  readonly url: URL
  /** The address to connect to. */
  readonly address: string
  /** Does the configuration name it, or is it one of the world's? */
  readonly isNamed: boolean
}

/** Further ports are for hosts that the configuration names. */
const PUBLIC_PORTS = new Set(['', '8443'])

/**
 * A URL that a webhook may have, as far as the URL alone tells.
 * @throws BadTarget
 */
export function parseTarget(text: string, allowed: Allowed): URL {
  if (!URL.canParse(text)) throw new BadTarget('is not a URL')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new BadTarget('is not an https URL')
  }
  if (url.username !== '' || url.password !== '') {
    throw new BadTarget('contains a user name or password')
  }
  const address = literalOf(url)
  if (address !== null) judge(url, [address], allowed)
  // A name may lead into a network that is allowed; where none is, the look-up changes nothing.
  else if (!allowed.hasNetworks) judgeForm(url, allowed)
  return url
}

/**
 * Looks a target up and decides where to connect. What cannot be looked up is judged by its URL.
 * @throws BadTarget when it leads where it may not; what `resolve` throws when there is no such host
 */
export async function findTarget(
  text: string,
  allowed: Allowed,
  resolve: Resolve,
): Promise<Target> {
  const url = parseTarget(text, allowed)
  const literal = literalOf(url)
  if (literal !== null) return { url, ...judge(url, [literal], allowed) }
  const addresses = await resolve(url.hostname).catch((err: unknown) => {
    judgeForm(url, allowed)
    throw err
  })
  return { url, ...judge(url, addresses, allowed) }
}

const RESOLVE_MS = 5_000

/** A name server that never answers holds nobody for ever: after 5 seconds it has failed. */
export function withinTime(resolve: Resolve): Resolve {
  return async (host) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      const error = new Error('the host name could not be looked up in time')
      timer = setTimeout(() => reject(error), RESOLVE_MS)
    })
    try {
      return await Promise.race([resolve(host), late])
    } finally {
      clearTimeout(timer)
    }
  }
}

const PRIVATE =
  'leads to a private address; name it in webhooks.allow_private if that is what you want'

/** The address to connect to: one that is allowed by name, or any when all of them are public. */
function judge(
  url: URL,
  addresses: readonly string[],
  allowed: Allowed,
): { address: string; isNamed: boolean } {
  const named = isNamedHost(url, allowed)
  const welcome = addresses.find((address) => named || isIn(allowed.networks, address))
  if (welcome !== undefined) return { address: welcome, isNamed: true }
  const [first] = addresses
  if (first === undefined || !addresses.every(isPublic)) throw new BadTarget(PRIVATE)
  judgeForm(url, allowed)
  return { address: first, isNamed: false }
}

/** Scheme and port, of hosts that the configuration does not name. */
function judgeForm(url: URL, allowed: Allowed): void {
  if (isNamedHost(url, allowed)) return
  if (url.protocol !== 'https:') throw new BadTarget('is not an https URL')
  if (!PUBLIC_PORTS.has(url.port)) throw new BadTarget('has a port other than 443 and 8443')
}

const isNamedHost = ({ hostname }: URL, { hosts }: Allowed): boolean =>
  hosts.has(bareName(hostname))

/** The URL parser has brought 127.1, 0x7f.1 and their like into one form by now. */
function literalOf({ hostname }: URL): string | null {
  const address = hostname.replace(/^\[|\]$/g, '')
  return isIP(address) === 0 ? null : address
}

const bareName = (host: string): string => host.toLowerCase().replace(/\.$/, '')

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const family = isIP(address)
  if (family === 0) return null
  return family === 6 ? 'ipv6' : 'ipv4'
}

function isIn(networks: Pick<BlockList, 'check'>, address: string): boolean {
  const family = familyOf(address)
  return family !== null && networks.check(address, family)
}

/** The special-purpose registries of IANA (RFC 6890), and multicast. */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]
/** Inside 2000::/3, the only part of IPv6 that is given out; 6to4 and Teredo hide IPv4 in them. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const special = allowedTargets([...SPECIAL_V4, ...SPECIAL_V6]).networks
const globalV6 = allowedTargets(['2000::/3']).networks

export function isPublic(address: string): boolean {
  const family = familyOf(address)
  if (family === null || special.check(address, family)) return false
  return family === 'ipv4' || globalV6.check(address, 'ipv6')
}
