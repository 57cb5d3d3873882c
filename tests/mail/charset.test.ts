/** Labels that lie, labels that are missing, and the charsets the platform lacks. */
import { describe, expect, test } from 'vitest'
import { decodeBytes } from '../../src/mail/charset.ts'
import { htmlCharset } from '../../src/mail/html-charset.ts'

const RUSSIAN = 'Добрый день, не работает принтер'
const UTF8_CUT = `${Buffer.from('Größe für Österreich, Übel').toString('hex')}c3`
const CP1251 = 'c4eee1f0fbe920e4e5edfc2c20ede520f0e0e1eef2e0e5f220eff0e8edf2e5f0'
const KOI8 = 'e4cfc2d2d9ca20c4c5ced82c20cec520d2c1c2cfd4c1c5d420d0d2c9ced4c5d2'
const utf8 = (text: string): string => Buffer.from(text).toString('hex')

const text = (hex: string, label: string | null): string =>
  decodeBytes(Buffer.from(hex, 'hex'), label).text

describe('UTF-8 under another name', () => {
  // prettier-ignore
  test.each([
    ['iso-8859-1', 'Grüße'],
    ['windows-1252', 'é'],
    ['iso-8859-15', '10 € net'],
    ['windows-1251', RUSSIAN],
    ['koi8-r', RUSSIAN],
    ['iso-8859-2', 'Dzień dobry, proszę'],
    ['gbk', '打印机坏了。'],
    ['shift_jis', 'プリンターが壊れました'],
    ['us-ascii', 'Grüße'],
  ])('labelled %s: %s', (label, words) => {
    expect(text(utf8(words), label)).toBe(words)
  })

  test('is said', () => {
    expect(decodeBytes(Buffer.from('Grüße'), 'iso-8859-1').problem).toBe(
      'text is UTF-8, not the iso-8859-1 it claims to be',
    )
  })
})

describe('what is what it says stays so', () => {
  // prettier-ignore
  test.each([
    ['windows-1252', '4772fcdf65', 'Grüße'],
    ['iso-8859-1', '80', '€'],
    ['windows-1251', CP1251, RUSSIAN],
    ['koi8-r', KOI8, RUSSIAN],
    ['gbk', 'c1aacda8', '联通'],
    ['windows-1251', 'd092', 'Р’'],
    ['utf-8', 'c3a4e4c3b6', 'ä\ufffdö'],
  ])('%s %s: %s', (label, hex, words) => {
    expect(text(hex, label)).toBe(words)
  })
})

describe('text without a believable label', () => {
  // prettier-ignore
  test.each([
    ['windows-1251', CP1251, null, RUSSIAN],
    ['KOI8-R', KOI8, null, RUSSIAN],
    ['... labelled UTF-8', CP1251, 'utf-8', RUSSIAN],
    ['Western, few letters', '47e96e61697665742065742066ea746520e0', null, 'Génaivet et fête à'],
    ['ISO-2022-JP', '1b2442467c4b5c1b2842', null, '日本'],
    ['UTF-8 that was cut', UTF8_CUT, null, 'Größe für Österreich, Übel\ufffd'],
    ['ISO-2022-JP, as ASCII', '1b2442467c4b5c1b2842', 'us-ascii', '日本'],
  ])('%s', (_, hex, label, words) => {
    expect(text(hex, label)).toBe(words)
  })
})

describe('ISO-2022', () => {
  // prettier-ignore
  test.each([
    ['iso-2022-kr', '1b2429430e4751315b0f20410a', '한글 A\n'],
    ['iso-2022-cn', '1b2429410e56504e440f20410a', '中文 A\n'],
    ['iso-2022-kr', '0e47510a410a', '한\nA\n'],
    ['iso-2022-jp', '1b2442467c1b28421b24424b5c1b2842', '日本'],
    ['iso-2022-jp', '1b28421b2442467c1b2842', '日'],
    ['iso-2022-jp', '1b24421b28421b284a41', 'A'],
  ])('%s %s', (label, hex, words) => {
    expect(text(hex, label)).toBe(words)
  })
})

// prettier-ignore
test.each([
  ['<meta charset=windows-1251>', 'windows-1251'],
  ['<META http-equiv="Content-Type" content="text/html; charset=koi8-r">', 'koi8-r'],
  ['<meta charset="utf-16">', null],
  ['<p>charset=koi8-r</p>', null],
])('HTML names its own charset: %s', (html, label) => {
  expect(htmlCharset(Buffer.from(`<html><head>${html}`))).toBe(label)
})
