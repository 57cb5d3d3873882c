/**
 * Address lists of From, To, Cc and Reply-To (RFC 5322 §3.4), in one pass over the characters:
 * names, comments, quoted strings and groups, and what real mail makes of them. A display name
 * never becomes an address, whatever it looks like.
 */
import { parseAddress } from './address.ts'
import type { Address, NamedAddress } from './address.ts'
import { cleanLine, trimOf } from './clean-text.ts'
import { decodeWords } from './encoded-word.ts'

export interface AddressListEntry {
  /** null when what stands there is no usable address. */
  readonly address: Address | null
  readonly name: string | null
  /** It is the member of a group, `name: a, b;` (RFC 5322 §3.4). */
  readonly grouped?: true
}

/** Cut before parsing: a 300 kB list costs seconds in other parsers. */
export const ADDRESS_HEADER_LENGTH_MAX = 64_000
/** Entries kept of one header. */
export const ADDRESSES_MAX = 1_000
const NAME_LENGTH_MAX = 128

/** Reads one header value; entries without a usable address are kept with `address: null`. */
export function parseAddressList(header: string | null): AddressListEntry[] {
  const scan = new ListScan()
  const text = (header ?? '').slice(0, ADDRESS_HEADER_LENGTH_MAX)
  for (let at = 0; at < text.length && scan.entries.length < ADDRESSES_MAX; )
    at = scan.step(text, at)
  scan.finish()
  return scan.entries.slice(0, ADDRESSES_MAX)
}

/** Only the usable ones. */
export function usableAddresses(entries: readonly AddressListEntry[]): NamedAddress[] {
  return entries.flatMap(({ address, name }) => (address === null ? [] : [{ address, name }]))
}

class ListScan {
  readonly entries: AddressListEntry[] = []
  /** Text outside of angle brackets, quotes removed. */
  #words = ''
  #comment = ''
  #angle: string | null = null
  #quoted = false
  /** Where the members of a group begin that has not ended. */
  #groupAt: number | null = null

  /** Takes the token at `at` and returns where the next one starts. */
  step(text: string, at: number): number {
    const character = text[at] ?? ''
    if (character === '"') return this.#quote(text, at)
    if (character === '(') return this.#skipComment(text, at)
    if (character === '<') return this.#takeAngle(text, at)
    if (character === ',') this.finish()
    else if (character === ';') this.#endGroup()
    else if (character === ':' && !this.#words.includes('@')) this.#beginGroup()
    else this.#words += character
    return at + 1
  }

  /** Perhaps: names with a colon in them are common, and no `;` follows. */
  #beginGroup(): void {
    this.#words = ''
    this.#groupAt = this.entries.length
  }

  #endGroup(): void {
    this.finish()
    if (this.#groupAt === null) return
    const members = this.entries.splice(this.#groupAt)
    this.entries.push(...members.map((member) => ({ ...member, grouped: true as const })))
    this.#groupAt = null
  }

  finish(): void {
    const words = withoutComments(this.#words.replace(/\s+/g, ' ')).trim()
    const comment = this.#comment.trim()
    if (this.#angle !== null) this.#push(this.#angle, words === '' ? comment : words)
    else if (words !== '' || this.#quoted) this.#bare(words, comment)
    this.#words = ''
    this.#comment = ''
    this.#angle = null
    this.#quoted = false
  }

  /** No angle brackets: the last word with an @ is the address, what stands before it the name. */
  #bare(words: string, comment: string): void {
    const whole = this.#quoted ? null : parseAddress(words)
    if (whole !== null) {
      this.#push(words, comment)
      return
    }
    const parts = words.split(' ')
    const found = this.#quoted ? -1 : parts.findLastIndex((part) => part.includes('@'))
    const address = parts[found] ?? ''
    const name = parts.filter((_, index) => index !== found).join(' ')
    if (words !== '') this.#push(address, name === '' ? comment : name)
  }

  #push(address: string, name: string): void {
    const shown = cleanLine(decodeWords(name), NAME_LENGTH_MAX).replace(/^(['"])(.*)\1$/, '$2')
    const usable = parseAddress(withoutNoise(address))
    this.entries.push({ address: usable, name: shown === '' ? null : shown })
  }

  #quote(text: string, at: number): number {
    let end = at + 1
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
    if (end >= text.length) return at + 1 // a quote that never ends is no quote
    const content = text.slice(at + 1, end).replace(/\\(.)/g, '$1')
    // A quoted local part ("a b"@example.org) is an address we do not accept; keep its shape.
    if (text[end + 1] === '@')
      this.#words += content.includes(' ') ? text.slice(at, end + 1) : content
    else {
      this.#words += content
      this.#quoted = true
    }
    return end + 1
  }

  #skipComment(text: string, at: number): number {
    let depth = 0
    let end = at
    for (; end < text.length; end++) {
      if (text[end] === '\\') end++
      else if (text[end] === '(') depth++
      else if (text[end] === ')' && --depth === 0) break
    }
    if (end >= text.length) return text.length
    this.#comment = text.slice(at + 1, end)
    this.#words += '()'
    return end + 1
  }

  #takeAngle(text: string, at: number): number {
    const end = text.indexOf('>', at)
    if (end === -1) {
      this.#angle ??= text.slice(at + 1).split(/[,;\s]/, 1)[0] ?? ''
      return text.length
    }
    const inner = text.slice(text.lastIndexOf('<', end) + 1, end)
    if (this.#angle !== null && parseAddress(withoutNoise(this.#angle)) !== null) this.finish()
    this.#angle = inner
    return end + 1
  }
}

/**
 * RFC 5322 §3.2.2: a comment is white space, so what stands on both sides of it is not one word;
 * only around the @ and the dots of an address it is nothing.
 */
const withoutComments = (text: string): string =>
  text
    .replace(/ ?\(\)(?= ?[@.])/g, '')
    .replace(/([@.]) ?\(\)/g, '$1')
    .replaceAll('()', ' ')

/**
 * Source routes (`@a,@b:c@d`), `mailto:`, encoded or commented addresses (RFC 5322 §4.4), and the end of
 * angle brackets whose beginning was lost.
 */
function withoutNoise(address: string): string {
  const plain = withoutComments(address.replace(/\([^()]*\)/g, '()'))
    .replace(/^\s*(?:mailto|smtp):/i, '')
    .replace(/^@[^:]*:/, '')
    .trim()
  const quoted = /^"([^"\\\s]+)"@/.exec(plain)
  const unquoted = quoted === null ? plain : `${quoted[1]}${plain.slice(quoted[0].length - 1)}`
  return trimOf(unquoted, `'">`)
}
