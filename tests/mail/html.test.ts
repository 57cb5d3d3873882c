/** HTML to text: layout, quotation, entities, and markup nobody should write. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { htmlTokens } from '../../src/mail/html-tokens.ts'
import { htmlToText } from '../../src/mail/html.ts'

test.each([
  ['paragraphs', '<p>One</p><p>Two</p>', 'One\n\nTwo'],
  ['breaks', 'One<br>Two<br/>Three', 'One\nTwo\nThree'],
  ['divs', '<div>One</div><div>Two</div>', 'One\nTwo'],
  ['lists', '<ul><li>One<li>Two</ul><ol><li>A</li><li>B</li></ol>', '- One\n- Two\n\n1. A\n2. B'],
  ['cells', '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc'],
  ['white space', '  One \n\t two  <b> three</b>', 'One two three'],
  ['preformatted', '<pre>a\n  b</pre>', 'a\n  b'],
  [
    'entities',
    '&lt;a&gt; &amp; &uuml; &#8364; &#x20AC; &unknown;&nbsp;x',
    '<a> & ü € € &unknown; x',
  ],
  [
    'quotation',
    'Yes<blockquote>Red?<blockquote>Old</blockquote></blockquote>No',
    'Yes\n\n> Red?\n>\n>> Old\n\nNo',
  ],
  [
    'indentation is no quotation',
    '<blockquote style="margin:0 0 0 40px;border:none;padding:0">in</blockquote>',
    'in',
  ],
  [
    'scripts, styles and titles',
    '<title>T</title><style>p{}</style><script>alert("</p>")</script>Text',
    'Text',
  ],
  ['comments', 'a<!-- <b>x</b> -->b<!doctype html>c', 'abc'],
  ['conditional comments of Outlook', '<!--[if mso]><p>no</p><![endif]-->yes', 'yes'],
  ['unclosed and crossed tags', '<b><i>a</b></i><div>b<p>c', 'a\nb\n\nc'],
  ['a lonely bracket', '1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  ['quotes in attributes', '<a title="a > b">x</a>', 'x'],
  [
    'elements named like object members',
    '<constructor>a</constructor><toString>b</toString>',
    'ab',
  ],
])('%s', (_, html, text) => {
  expect(htmlToText(html)).toBe(text)
})

test('the tokens cover every character once, whatever comes in', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '<a href="',
    '<!--',
    '-->',
    '<style>',
    '</style',
    'x',
    ' ',
    '=',
    '<div',
    '/>',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const html = pieces.join('')
      let at = 0
      for (const { start, end } of htmlTokens(html)) {
        expect(start).toBe(at)
        expect(end).toBeGreaterThan(start)
        at = end
      }
      expect(at).toBe(html.length)
    }),
    { numRuns: 500 },
  )
})

test.each([
  '<',
  '<a "',
  "<a '",
  '<!--',
  '<style>',
  '<div>',
  '</div>',
  '<p><ul><li>',
  '<td',
  '&amp;',
  '<br>',
])('the time for %j grows with its length, not faster', (piece) => {
  const time = (length: number): number => {
    const html = piece.repeat(Math.ceil(length / piece.length))
    const started = performance.now()
    htmlToText(html)
    return performance.now() - started
  }
  time(50_000)
  const best = (length: number): number =>
    Math.min(...Array.from({ length: 5 }, () => time(length)))
  expect(best(400_000)).toBeLessThan(10 * best(100_000) + 40)
})
