import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeWords } from '../../src/mail/encoded-word.ts'
import { encodeHeader } from '../../src/mail/encode-header.ts'

test('leaves what every program can read', () => {
  expect(encodeHeader('Re: printer (4711)')).toBe('Re: printer (4711)')
})

test('lets no line end through', () => {
  expect(encodeHeader('a\r\nBcc: x@y.test')).toBe('a Bcc: x@y.test')
})

test('comes back as it was, in short lines', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const value = text.replace(/[\r\n]+/g, ' ')
      const encoded = encodeHeader(value)
      expect(encoded.split('\r\n').every((line) => value === line || line.length <= 76)).toBe(true)
      expect(decodeWords(encoded.replaceAll('\r\n', ''))).toBe(value)
    }),
  )
})
