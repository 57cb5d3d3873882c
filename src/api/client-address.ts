/** Whose request it is, by network: the one that connected, or the one a trusted proxy names. */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

export type Proxies = Pick<BlockList, 'check'>

/** @param entries addresses and networks (`10.0.0.0/8`); what is neither trusts nobody. */
export function proxiesOf(entries: readonly string[]): Proxies {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address)
    const width = family === 6 ? 128 : 32
    if (family === 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= width)))
      continue
    const kind = family === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, kind)
    else list.addSubnet(address, Number(bits), kind)
  }
  return list
}

/** X-Forwarded-For counts as far as trusted proxies wrote it: from the right. */
export function clientAddress({ socket, headers }: IncomingMessage, proxies: Proxies): string {
  let address = plain(socket.remoteAddress ?? '')
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',')
  while (isTrusted(address, proxies)) {
    const next = plain((forwarded.pop() ?? '').trim())
    if (isIP(next) === 0) break
    address = next
  }
  return address
}

function isTrusted(address: string, proxies: Proxies): boolean {
  const family = isIP(address)
  return family !== 0 && proxies.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** An IPv4 address in IPv6 clothes is the same address (RFC 4291 §2.5.5.2). */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

/** What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 one. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::')
  const before = head.split(':').filter((group) => group !== '')
  const after = (tail ?? '').split(':').filter((group) => group !== '')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
  const four = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${four.join(':')}::/64`
}
