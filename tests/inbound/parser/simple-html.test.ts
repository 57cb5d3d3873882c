/** The short way through the sanitiser gives what the library gives, for whatever comes in. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sanitiseByLibrary, sanitiseHtml } from '../../../src/inbound/parser/sanitise-html.ts'

test.each([
  '<html><head><meta charset="utf-8"></head><body><p style="margin:0">Hello</p>\n</body></html>',
  '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN"><html lang="en"><body>x</body></html>',
  '<div dir="ltr">Hi<br><div class="gmail_quote gmail_other">On <a href="mailto:a@b.c">a</a></div></div>',
  '<p>1 &lt; 2 &amp;&amp; 3 > 2 &nbsp;&quot;&#39;</p>',
  '<a href="https://example.org/?a=1;b=%20" class="x" id="y">there</a>',
  '<a href="javascript:alert(1)">x</a><a href="https://u@h/">y</a>',
  '<p style="position:fixed;color:red" onclick="alert(1)">x</p>',
  '<p>one<p>two</p></p>',
  '<ul><li>one<li>two</ul>',
  '<table><tr><td>1<td>2</table>',
  '<b><i>crossed</b></i>',
  '<div><p>never closed',
  '</div><p>closed too much</p></p>',
  '<p title="">x</p><p style="">y</p><p dir="rtl" dir="ltr">z</p>',
  '<img src="cid:1"><hr/><br /><br/ ><p/>x',
  '<script>alert("<p>")</script><style>p{}</style><title>t</title>',
  '<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;b&amp;gt;</p>',
  '<p>&copy; &#60;b&#62; &ltb> &nbsp &unknown;</p>',
  '<svg><p></svg><math><mi><b>x</b></math>',
  '<!-- <p>a comment</p> --><!--[if mso]><p>x</p><![endif]-->',
  '< p>no tag</ p>< >',
  '<P STYLE="color:red">upper</P>',
  "<p style=color:red>bare</p><p style='color:red'>single</p>",
  '<div class="gmail_quote"\n\tdir="ltr" >lines</div\n>',
  '<blockquote type="cite" class="gmail_quote">x</blockquote><blockquote cite="http://a">y</blockquote>',
  '<a rel="me" target="_top" href="http://a">x</a>',
  '<p>\u0000\u00a0\u2028</p>\ufeff',
])('%s', (html) => {
  expect(sanitiseHtml(html)).toBe(sanitiseByLibrary(html))
})

describe('whatever is put together', () => {
  const name = fc.constantFrom(
    ...'p div span a b i br hr td tr th table tbody thead ul li dd dl dt html head body meta link img script style title blockquote font h1 center pre xx o:p svg P'.split(
      ' ',
    ),
  )
  const value = fc.constantFrom(
    '',
    'ltr',
    'margin:0',
    'color:red;position:fixed',
    'gmail_quote',
    'gmail_quote x',
    '100%',
    'https://a.b/c?d=e',
    'http://a.b/"',
    'javascript:alert(1)',
    'JaVaScRiPt:x',
    'a&amp;b',
    'a&b',
    'mailto:a@b.c',
    '//a.b',
    '_blank',
    '<',
    '>',
  )
  const attribute = fc
    .tuple(
      fc.constantFrom(
        ...'style class dir id href src title width onclick rel target align bgcolor STYLE data-x xml:lang'.split(
          ' ',
        ),
      ),
      value,
      fc.constantFrom('"', '"', '"', "'", ''),
    )
    .map(([key, text, quote]) => ` ${key}=${quote}${text}${quote}`)
  const attributes = fc.array(attribute, { maxLength: 3 }).map((all) => all.join(''))
  const text = fc.constantFrom(
    'hello',
    ' ',
    '\n',
    '&nbsp;',
    '&amp;',
    '&lt;b&gt;',
    '&quot;',
    '&#39;',
    '&',
    '&copy;',
    '>',
    '<',
    '<3',
    '"',
    "'",
    '<!-- x -->',
    '<!doctype html>',
    '<?x?>',
    '\u0000',
    'ü',
    '😀',
  )
  const { element } = fc.letrec((tie) => ({
    element: fc.oneof(
      { maxDepth: 5 },
      text,
      fc
        .tuple(name, attributes, fc.array(tie('element'), { maxLength: 4 }))
        .map(([tag, more, inside]) =>
          /^(?:br|hr|meta|link|img)$/.test(tag)
            ? `<${tag}${more}>`
            : `<${tag}${more}>${inside.join('')}</${tag}>`,
        ),
    ),
  }))
  const html = fc
    .array(element as fc.Arbitrary<string>, { maxLength: 5 })
    .map((all) => all.join(''))

  test('is sanitised as by the library', () => {
    fc.assert(
      fc.property(html, (source) => {
        expect(sanitiseHtml(source)).toBe(sanitiseByLibrary(source))
      }),
      { numRuns: 1_500 },
    )
  })

  test('also with a piece cut out of it', () => {
    fc.assert(
      fc.property(html, fc.nat(), fc.integer({ min: 1, max: 4 }), (whole, seed, length) => {
        const at = seed % Math.max(1, whole.length)
        const source = whole.slice(0, at) + whole.slice(at + length)
        expect(sanitiseHtml(source)).toBe(sanitiseByLibrary(source))
      }),
      { numRuns: 1_500 },
    )
  })
})
