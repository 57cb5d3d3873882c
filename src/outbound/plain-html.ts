/** Plain text as HTML of ours: escaped, with line breaks and links; nothing else comes out of it. */

export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

/** One token without spaces: linear. Outlook does not make links of what looks like one. */
const WEB_ADDRESS = /\bhttps?:\/\/[^\s<>"'`\\^{|}]+/gi
const LINK_LENGTH_MAX = 2_000
/** More of them are no letter, and would make the mail many times larger. */
const LINKS_MAX = 200
const CLOSING = '.,;:!?)]}…。、，）」'

export function htmlOf(text: string): string {
  const trimmed = text.trimEnd()
  let html = ''
  let done = 0
  let links = 0
  for (const match of trimmed.matchAll(WEB_ADDRESS)) {
    if (match[0].length > LINK_LENGTH_MAX || ++links > LINKS_MAX) continue
    const address = withoutClosing(match[0])
    const escaped = escapeHtml(address)
    html += `${wordsHtml(trimmed.slice(done, match.index))}<a href="${escaped}">${escaped}</a>`
    done = match.index + address.length
  }
  return html + wordsHtml(trimmed.slice(done))
}

/** What ends the sentence does not belong to the address; a bracket that it opened does. */
function withoutClosing(address: string): string {
  const opens = address.includes('(')
  let end = address.length
  while (end > 0 && CLOSING.includes(address[end - 1] ?? ' ')) {
    if (opens && address[end - 1] === ')') break
    end -= 1
  }
  return address.slice(0, end)
}

/** Indented lines and aligned columns stay as they are: HTML would join the spaces. */
const wordsHtml = (text: string): string =>
  escapeHtml(text)
    .replace(/\n | {2}/g, (spaces) => (spaces === '\n ' ? '\n&nbsp;' : '&nbsp; '))
    .replaceAll('\n', '<br>\n')
