import { expect, test } from 'vitest'
import { htmlOf } from '../../src/outbound/plain-html.ts'

const link = (address: string) => `<a href="${address}">${address}</a>`

const TEXTS: readonly [what: string, text: string, html: string][] = [
  ['markup', '<b>&"\'', '&lt;b&gt;&amp;&quot;&#39;'],
  ['lines', 'a\nb\n\n', 'a<br>\nb'],
  ['indentation', 'a\n  b  c', 'a<br>\n&nbsp; b&nbsp; c'],
  [
    'a web address',
    'see https://acme.test/a?b=1&c=2.',
    `see ${link('https://acme.test/a?b=1&amp;c=2')}.`,
  ],
  ['one in brackets', '(https://acme.test/x)', `(${link('https://acme.test/x')})`],
  ['one with brackets', 'https://acme.test/x_(y)', link('https://acme.test/x_(y)')],
  [
    'two of them',
    'http://a.test http://b.test',
    `${link('http://a.test')} ${link('http://b.test')}`,
  ],
  [
    'one that would leave its attribute',
    'http://a.test/"onclick=x',
    `${link('http://a.test/')}&quot;onclick=x`,
  ],
  ['what is no web address', 'javascript:alert(1) file:///etc', 'javascript:alert(1) file:///etc'],
]
test.each(TEXTS)('%s', (_what, text, html) => {
  expect(htmlOf(text)).toBe(html)
})

test.each([
  ['an address without end', `http://${'a'.repeat(1_000_000)}`],
  ['brackets without end', `http://a.test/${')'.repeat(1_000_000)}`],
  ['spaces without end', ' '.repeat(1_000_000)],
  ['many addresses', 'http://a.test '.repeat(70_000)],
])('%s takes no long time', (_what, text) => {
  const started = performance.now()
  expect(htmlOf(`${text}x`).length).toBeGreaterThan(1_000)
  expect(performance.now() - started).toBeLessThan(1_000)
})
