/** Mail of a megabyte that is made to be slow: two seconds of a processor are enough for each. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readMessage } from '../../../src/inbound/parser/read-message.ts'

const scratch = mkdtempSync(join(tmpdir(), 'postroom-hostile-'))
let messages = 0
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const HEAD =
  'From: Ana <ana@example.org>\nMessage-ID: <1@example.org>\nDate: Fri, 02 Jan 2026 10:00:00 +0000\n'
const LENGTH = 1_000_000
const CPU_MS_MAX = 2_000

const fill = (piece: string): string => piece.repeat(Math.ceil(LENGTH / piece.length))
const html = (body: string): string => `${HEAD}Content-Type: text/html\n\n${body}`
const plain = (body: string): string => `${HEAD}Content-Type: text/plain\n\n${body}`
const multipart = (body: string): string =>
  `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n${body}`
const encoded = (encoding: string, body: string): string =>
  `${HEAD}Content-Type: text/plain\nContent-Transfer-Encoding: ${encoding}\n\n${body}`

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

describe('a megabyte of', () => {
  // prettier-ignore
  test.each([
    ['nested elements', html(`${'<div>'.repeat(50_000)}hi`)],
    ['line breaks', html('<br>'.repeat(1_000_000))],
    ['opening brackets in HTML', html(fill('<'))],
    ['opening brackets in text', plain('<'.repeat(40_000))],
    ['open attributes', html(fill('<a href="'))],
    ['open comments', html(fill('<!--'))],
    ['nested quotations', html(`${'<blockquote>x'.repeat(5_000)}${fill('y ')}`)],
    [
      'nested quote marks',
      plain(Array.from({ length: 1_400 }, (_, depth) => '>'.repeat(depth)).join(' x\n')),
    ],
    ['nested tables', html(fill('<table><tr><td>'))],
    ['list items', html(fill('<li>x'))],
    ['close tags', html(fill('</div>'))],
    ['entities', html(fill('&#x41;'))],
    ['open entities', html(fill('&amp'))],
    ['attributes of one element', html(`<p ${fill('a=1 ')}>x`)],
    ['style sheets', html(`<style>${fill('a{}')}`)],
    ['blank lines', plain(fill('\n'))],
    ['spaces', plain(fill(' '))],
    ['dashes', plain(fill('-'))],
    ['"On "', plain(fill('On '))],
    ['lines of "On"', plain(fill('On \n'))],
    [
      'attributions',
      plain(fill('On Mon, 1 Jan 2024 at 10:00, Ana Customer <ana@example.org> wrote:\n')),
    ],
    [
      'attributions over three lines',
      plain(fill('On Mon, 1 Jan 2024 at 10:00, Ana\n<ana@example.org>\nwrote:\n')),
    ],
    [
      'attributions in one line',
      plain(fill('On Mon, 1 Jan 2024 at 10:00, Ana <ana@example.org> wrote: ')),
    ],
    ['header blocks', plain(fill('From: a@example.org\nSent: x\nTo: b\nSubject: c\n\n'))],
    ['forward marks', plain(fill('---------- Forwarded message ---------\n'))],
    ['signature marks', plain(fill('-- \n'))],
    ['lines that begin a file', plain(`${fill('begin 644 a\n')}end\n`)],
    ['padding in base64', encoded('base64', fill('YQ=='))],
    ['broken quoted-printable', encoded('quoted-printable', fill('= '))],
    ['broken UTF-7', `${HEAD}Content-Type: text/plain; charset=utf-7\n\n${fill('+ADw-')}`],
    ['boundaries', multipart(fill('--b\n'))],
    ['other boundaries', multipart(`--b\n\n${fill('--x\n')}`)],
    [
      'multiparts without a boundary',
      multipart(
        `${'--b\nContent-Type: multipart/mixed; boundary=no\n\nx\n'.repeat(900)}${fill('x\n')}`,
      ),
    ],
    ['calendar', `${HEAD}Content-Type: text/calendar\n\nBEGIN:VEVENT\n${fill('ATTENDEE;CN="')}`],
    ['open comments in From', `From: ${fill('(')}\n\nx`],
    ['addresses', `From: a@example.org\nTo: ${fill('a@b.example, ')}\n\nx`],
    ['results of authentication', `${HEAD}Authentication-Results: ${fill('a;')}\n\nx`],
    ['lines that are no headers', fill('A: b\njunk\n')],
  ])(
    '%s',
    async (_, text) => {
      const bytes = Buffer.from(text)
      const scratchDir = join(scratch, String(messages++))
      const started = cpuMs()
      const { message } = await readMessage(bytes, { mode: 'full', scratchDir })
      expect(cpuMs() - started).toBeLessThan(CPU_MS_MAX)
      expect(message.from?.address ?? 'none').toMatch(/^(?:ana@example\.org|a@example\.org|none)$/)
    },
    30_000,
  )
})
