/** The charset an HTML text names itself (HTML §4.2.5.4), for parts whose header names none. */

/** HTML demands it within the first 1024 bytes; mail programs put styles before it. */
const SEARCHED = 4_000
const CHARSET = /charset\s{0,5}=\s{0,5}["']?([\w.:-]{2,40})/i

/** The label as written, or null. UTF-16 cannot be true where ASCII was read (HTML §13.2.3.2). */
export function htmlCharset(bytes: Buffer): string | null {
  const html = bytes.toString('latin1', 0, SEARCHED).toLowerCase()
  for (let at = html.indexOf('<meta'); at !== -1; at = html.indexOf('<meta', at + 1)) {
    const end = html.indexOf('>', at)
    if (end === -1) return null
    const label = CHARSET.exec(html.slice(at, end))?.[1] ?? null
    if (label !== null) return /^utf-?(?:16|32)/.test(label) ? null : label
  }
  return null
}
