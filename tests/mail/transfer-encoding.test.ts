/** Transfer encodings, in pieces of any size and in any state of repair. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { transferDecoder, undoTransfer } from '../../src/mail/transfer-encoding.ts'
import { takeUuencoded } from '../../src/mail/uuencode.ts'

const undo = (text: string, encoding: string): { text: string; damaged: boolean } => {
  const { bytes, damaged } = undoTransfer(Buffer.from(text, 'latin1'), encoding)
  return { text: bytes.toString('latin1'), damaged }
}

/** The same in pieces of `size` bytes. */
function inPieces(bytes: Buffer, encoding: string, size: number): Buffer {
  const decoder = transferDecoder(encoding)
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size)
    out.push(decoder.write(bytes.subarray(at, at + size)))
  return Buffer.concat([...out, decoder.end()])
}

function uuencoded(bytes: Buffer): string {
  const character = (value: number): string => String.fromCharCode(value === 0 ? 96 : value + 32)
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 45) {
    const piece = bytes.subarray(at, at + 45)
    const padded = Buffer.concat([piece, Buffer.alloc((3 - (piece.length % 3)) % 3)])
    let line = character(piece.length)
    for (let group = 0; group < padded.length; group += 3) {
      const bits = padded.readUIntBE(group, 3)
      for (const shift of [18, 12, 6, 0]) line += character((bits >> shift) & 63)
    }
    lines.push(line)
  }
  return ['begin 644 cat.bin', ...lines, '`', 'end', ''].join('\n')
}

describe('base64', () => {
  const GO = 'R28sIHNhaWQgdGhlIGNhdCwgYW5kIGxlYXZlIHRoZSBkb2cgYXQgaG9tZSB0b2RheS4='
  const SAID = 'Go, said the cat, and leave the dog at home today.'
  // prettier-ignore
  test.each([
    ['in lines', GO.replace(/.{20}/g, '$&\r\n'), SAID, false],
    ['without its padding', GO.replace('=', ''), SAID, false],
    ['in pieces, each with its own padding', 'R28=\nLCBz\nYWk=', 'Go, sai', false],
    ['with a character of another alphabet', GO.replace('HN', '!HN'), SAID, true],
    ['that lost a character', GO.slice(0, 61), SAID.slice(0, 45), true],
    ['with a list’s footer below', `${GO}\n___________\nlist mailing list\n`, SAID, true],
    [
      'that is no base64 at all',
      'Dear desk, the label lies.\n',
      'Dear desk, the label lies.\n',
      true,
    ],
    ['of nothing', '', '', false],
  ])('%s', (_, encoded, text, damaged) => {
    expect(undo(encoded, 'base64')).toEqual({ text, damaged })
  })
})

describe('quoted-printable', () => {
  // prettier-ignore
  test.each([
    ['escapes, in either case', 'caf=E9 caf=e9', 'caf\xe9 caf\xe9'],
    ['a soft line break', 'one =\r\ntwo', 'one two'],
    ['... with white space behind it', 'one = \t\r\ntwo', 'one two'],
    ['... at the very end', 'one=', 'one'],
    ['white space added on the way', 'one \t\r\ntwo\r\n', 'one\r\ntwo\r\n'],
    ['white space that was meant', 'one=20\r\ntwo', 'one \r\ntwo'],
    ['a broken escape stays', '1=G 100=', '1=G 100'],
    ['a lone LF', 'one=\ntwo\nthree', 'onetwo\nthree'],
  ])('%s', (_, encoded, text) => {
    expect(undo(encoded, 'quoted-printable').text).toBe(text)
  })
})

describe('uuencode', () => {
  const bytes = Buffer.from(Array.from({ length: 200 }, (_, index) => (index * 7) % 256))

  test('a part', () => {
    expect(undoTransfer(Buffer.from(uuencoded(bytes)), 'x-uuencode')).toEqual({
      bytes,
      damaged: false,
    })
  })

  test('a part that is none comes out as it is, and is called damaged', () => {
    expect(undo('no begin here\r\n', 'uuencode')).toEqual({
      text: 'no begin here\r\n',
      damaged: true,
    })
  })

  test('a file within a text is taken out', () => {
    const found = takeUuencoded(`Hello\n${uuencoded(bytes)}Bye\n`)
    expect(found.text).toBe('Hello\nBye\n')
    expect(found.files).toEqual([{ filename: 'cat.bin', bytes }])
  })

  test.each([
    'begin 644 of the end of this sentence\nand no file.\n',
    `Hello\n${uuencoded(bytes).replace('end\n', '')}`,
  ])('what is not complete stays in the text: %j', (text) => {
    expect(takeUuencoded(text)).toEqual({ text, files: [] })
  })
})

test('an unknown encoding is left alone', () => {
  expect(undo('=41 ok', 'x-none')).toEqual({ text: '=41 ok', damaged: false })
})

test('pieces of any size give what the whole gives', () => {
  const encodings = fc.constantFrom('base64', 'quoted-printable', 'uuencode', '7bit')
  const text = fc.array(
    fc.constantFrom(
      'R28s',
      '=41',
      '=\r\n',
      '=',
      ' \t',
      '\r\n',
      'begin 644 x\n',
      '#86)C\n',
      'end\n',
      'x'.repeat(300),
    ),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(text, encodings, fc.integer({ min: 1, max: 50 }), (pieces, encoding, size) => {
      const bytes = Buffer.from(pieces.join(''))
      expect(inPieces(bytes, encoding, size).toString('latin1')).toBe(
        undoTransfer(bytes, encoding).bytes.toString('latin1'),
      )
    }),
    { numRuns: 300 },
  )
})

test('any bytes survive base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), (array) => {
      const bytes = Buffer.from(array)
      const lines = bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
      expect(undoTransfer(Buffer.from(lines), 'base64')).toEqual({ bytes, damaged: false })
    }),
    { numRuns: 100 },
  )
})
