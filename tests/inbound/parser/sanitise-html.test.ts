/** What is left of a stranger's HTML: tags, links and styles that can do no harm. */
import { describe, expect, test } from 'vitest'
import { safeStyle } from '../../../src/inbound/parser/inline-style.ts'
import { sanitiseHtml } from '../../../src/inbound/parser/sanitise-html.ts'

describe('HTML', () => {
  test.each([
    ['<p onclick="x()">a</p>', '<p>a</p>'],
    ['<script>x()</script><b>a</b>', '<b>a</b>'],
    [
      '<a href="javascript:x()">a</a>',
      '<a rel="noopener noreferrer nofollow" target="_blank">a</a>',
    ],
    ['<img src="https://example.org/pixel.gif" alt="a">', '<img alt="a" />'],
    ['<img src="cid:1">', '<img src="cid:1" />'],
    [
      '<p style="margin:0">a</p><p style="margin:0">b</p>',
      '<p style="margin:0">a</p><p style="margin:0">b</p>',
    ],
    ['<p style="position:fixed">a</p>', '<p>a</p>'],
    ['<p style="color:&quot;&gt;&lt;script&gt;">a</p>', '<p>a</p>'],
  ])('%s', (html, safe) => {
    expect(sanitiseHtml(html)).toBe(safe)
  })
})

describe('a style', () => {
  test.each([
    ['color: red', 'color:red'],
    ['color:red;;  font-size: 12px ;', 'color:red;font-size:12px'],
    ['color: red !important', 'color:red !important'],
    ['color: red ! important', 'color:red !important'],
    ['background-color: rgb(1, 2, 3)', 'background-color:rgb(1, 2, 3)'],
    ['border-left: 1px solid #ccc', 'border-left:1px solid #ccc'],
    ['margin: 0 /* none */; color: /**/ blue', 'margin:0;color:blue'],
    ['color: red /* never ends', 'color:red'],
  ])('keeps %s', (style, kept) => {
    expect(safeStyle(style)).toBe(kept)
  })

  test.each([
    'background: url(https://example.org/pixel)',
    'background-color: url(https://example.org/pixel)',
    'position: fixed',
    'width: expression(alert(1))',
    'width: calc(100vw * 9)',
    'color: re\\64',
    'color: red} body {position: fixed',
    '--x: red',
    '@import "https://example.org/x.css"',
    'behavior: url(#x)',
    'color: "red"',
    'important',
    ':',
    '',
  ])('drops %s', (style) => {
    expect(safeStyle(style)).toBe('')
  })

  test('an endless one costs nothing', () => {
    const started = performance.now()
    safeStyle('/*'.repeat(500_000))
    safeStyle(':'.repeat(500_000))
    safeStyle(`color:${' '.repeat(500_000)}!important`)
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
