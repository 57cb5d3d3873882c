/**
 * Encoded words in header values (RFC 2047), read more tolerantly than they are specified: real
 * mail has white space inside them, splits characters between two of them and glues them to text.
 */
import { decodeBytes } from './charset.ts'

/** Charset (with an RFC 2231 §5 language), encoding, text. The classes cannot overlap: linear. */
const WORD = /=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)?)\?=/g
/** More than any honest header has; the rest of a longer one stays encoded. */
const WORDS_MAX = 2_000

interface Piece {
  /** null: literal text. */
  readonly charset: string | null
  readonly text: string
  readonly bytes: Uint8Array
}

const NOTHING = new Uint8Array(0)

/** Decodes every encoded word in `value`; everything else stays as it is. Never throws. */
export function decodeWords(value: string): string {
  if (!value.includes('=?')) return value
  return joinWords(split(value))
    .map((piece) =>
      piece.charset === null ? piece.text : decodeBytes(piece.bytes, piece.charset).text,
    )
    .join('')
}

function split(value: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of value.matchAll(WORD)) {
    if (pieces.length > 2 * WORDS_MAX) break
    pushLiteral(pieces, value.slice(end, match.index))
    const [whole, charset = '', encoding = '', text = ''] = match
    const name = (charset.split('*')[0] ?? '').toLowerCase()
    if (encoding.toLowerCase() === 'b')
      pieces.push({ charset: name, text: '', bytes: decodeB(text) })
    else pushQ(pieces, name, text)
    end = match.index + whole.length
  }
  pushLiteral(pieces, value.slice(end))
  return pieces
}

function pushLiteral(pieces: Piece[], text: string): void {
  if (text !== '') pieces.push({ charset: null, text, bytes: NOTHING })
}

/**
 * RFC 2047 §6.2: white space between two encoded words is not shown. Neighbours of one charset
 * are joined as bytes, because some writers cut in the middle of a character.
 */
function joinWords(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = []
  pieces.forEach((piece, index) => {
    const between = joined.at(-1)?.charset !== null && pieces[index + 1]?.charset !== null
    if (
      piece.charset === null &&
      piece.text.trim() === '' &&
      index > 0 &&
      between &&
      index + 1 < pieces.length
    )
      return
    const last = joined.at(-1)
    if (last !== undefined && last.charset !== null && last.charset === piece.charset) {
      joined[joined.length - 1] = { ...last, bytes: Buffer.concat([last.bytes, piece.bytes]) }
    } else {
      joined.push(piece)
    }
  })
  return joined
}

function decodeB(text: string): Uint8Array {
  return Buffer.from(text.replace(/\s+/g, ''), 'base64')
}

/** Raw characters inside of a Q word were decoded with the header; only the rest is encoded. */
function pushQ(pieces: Piece[], charset: string, text: string): void {
  for (const run of text.match(/\p{ASCII}+|\P{ASCII}+/gu) ?? []) {
    if (/^\p{ASCII}/u.test(run)) pieces.push({ charset, text: '', bytes: decodeQ(run) })
    else pushLiteral(pieces, run)
  }
}

/** RFC 2047 §4.2: `_` is a space, `=XX` a byte; anything else stands for itself. */
function decodeQ(text: string): Uint8Array {
  const bytes = text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  return Buffer.from(bytes, 'latin1')
}
