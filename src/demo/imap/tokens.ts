/**
 * The words of an IMAP command (RFC 9051 §9): atoms, strings and parenthesised lists.
 *
 * A command reaches us as text interrupted by literals. Text is kept as latin1, one character
 * per byte, so that nothing a client sends is lost or reinterpreted.
 */
export type Token =
  | { kind: 'atom'; text: string }
  | { kind: 'string'; text: string; bytes: Buffer }
  | { kind: 'list'; items: readonly Token[] }

export type Piece = string | Buffer

/** What the client wrote makes no sense: answered with BAD. */
export class BadCommand extends Error {}

/** The text of an atom or a string; a list is refused. */
export function textOf(token: Token | undefined): string {
  if (token === undefined || token.kind === 'list') throw new BadCommand('Missing argument')
  return token.text
}

export function itemsOf(token: Token | undefined): readonly Token[] {
  if (token?.kind !== 'list') throw new BadCommand('A parenthesised list is needed')
  return token.items
}

export const isAtom = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'atom' && token.text.toUpperCase() === text

export function tokenize(pieces: readonly Piece[]): Token[] {
  const open: Token[][] = [[]]
  const add = (token: Token): void => {
    open.at(-1)?.push(token)
  }
  for (const piece of pieces) {
    if (typeof piece === 'string') readText(piece, open, add)
    else add({ kind: 'string', text: piece.toString('latin1'), bytes: piece })
  }
  const [tokens, ...unclosed] = open
  if (tokens === undefined || unclosed.length > 0) throw new BadCommand('Unbalanced parentheses')
  return tokens
}

function readText(text: string, open: Token[][], add: (token: Token) => void): void {
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at)
    if (char === ' ') {
      at += 1
    } else if (char === '(') {
      open.push([])
      at += 1
    } else if (char === ')') {
      const items = open.pop()
      if (items === undefined || open.length === 0) throw new BadCommand('Unbalanced parentheses')
      add({ kind: 'list', items })
      at += 1
    } else if (char === '"') {
      at = readQuoted(text, at, add)
    } else {
      const end = endOfAtom(text, at)
      add({ kind: 'atom', text: text.slice(at, end) })
      at = end
    }
  }
}

function readQuoted(text: string, start: number, add: (token: Token) => void): number {
  let value = ''
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '"') {
      add({ kind: 'string', text: value, bytes: Buffer.from(value, 'latin1') })
      return at + 1
    }
    if (char === '\\') at += 1
    value += text.charAt(at)
  }
  throw new BadCommand('Unterminated string')
}

/** `BODY[HEADER.FIELDS (From To)]<0.100>` is one atom: spaces count for nothing inside brackets. */
function endOfAtom(text: string, start: number): number {
  let at = start
  for (let depth = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '[') depth += 1
    if (char === ']') depth -= 1
    if (depth <= 0 && (char === ' ' || char === '(' || char === ')' || char === '"')) break
  }
  return at
}
