/** Header values that programs of any age can read: encoded words (RFC 2047) where need be. */

/** RFC 2047 §2: 75 characters for a word; what is left of them for the text, in base64. */
const BYTES_OF_WORD_MAX = 45

/** One line; what is not printable ASCII, or looks encoded, is put into words of UTF-8. */
export function encodeHeader(value: string): string {
  const line = value.replace(/[\r\n]+/g, ' ')
  if (/^[\x20-\x7e]*$/.test(line) && !line.includes('=?')) return line
  const words: string[] = []
  let part = ''
  for (const character of line) {
    if (Buffer.byteLength(part + character) > BYTES_OF_WORD_MAX) {
      words.push(wordOf(part))
      part = ''
    }
    part += character
  }
  words.push(wordOf(part))
  return words.join('\r\n ')
}

const wordOf = (text: string): string => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`
