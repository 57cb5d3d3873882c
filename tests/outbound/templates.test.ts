import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadTemplates, SafeHtml } from '../../src/outbound/templates.ts'
import { packageRoot } from '../../src/package-root.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const scratch = scratchDirectories('templates')
const ours = loadTemplates(path.join(packageRoot, 'templates'))

const acknowledgement = (verified: boolean, subject: string, name: string | null) =>
  ours.render('acknowledgement', 'en', {
    verified,
    inbox: { name: 'Support' },
    recipient: { name },
    ticket: { id: 7, subject },
  })

const reply = (text: string) =>
  ours.render('reply', 'en', {
    inbox: { name: 'Support' },
    ticket: { id: 7, subject: 'The printer' },
    comment: { text, html: new SafeHtml('<b>ours</b>') },
    quoted: { author: text, date: 'today', text, html: text },
  })

/** A directory with complete English templates, one of them replaced. */
function templatesWith(file: string, source: string): string {
  const directory = scratch.make()
  for (const name of ['acknowledgement', 'reply', 'agent_notice']) {
    for (const [kind, text] of [
      ['txt', 'Subject: {{ subject }}\n\nBody {{ subject }}\n'],
      ['html', '<p>{{ subject }}</p>'],
    ] as const) {
      mkdirSync(path.join(directory, 'en'), { recursive: true })
      writeFileSync(path.join(directory, 'en', `${name}.${kind}.liquid`), text)
    }
  }
  mkdirSync(path.dirname(path.join(directory, file)), { recursive: true })
  writeFileSync(path.join(directory, file), source)
  return directory
}

describe('what people wrote', () => {
  const STRANGE = '{{ inbox.name }} {% assign x = 1 %} <script>alert(1)</script> & "quoted"'

  test('stays as it is in the text: Liquid in a value is no template', () => {
    expect(reply(STRANGE).text).toContain(STRANGE)
    expect(acknowledgement(true, STRANGE, null).subject).toBe(`Re: ${STRANGE}`)
  })

  test('is escaped in the HTML, except what is marked as safe', () => {
    const { html } = reply(STRANGE)
    expect(html).not.toContain('<script>')
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;')
    expect(html).toContain('<b>ours</b>')
  })

  test('is never in an acknowledgement to a sender nobody verified', () => {
    const { subject, text, html } = acknowledgement(false, 'Free Nitro', 'evil.example')
    expect(`${subject}${text}${html}`).not.toMatch(/Nitro|evil/)
    expect(acknowledgement(true, 'Free Nitro', 'Ana').text).toContain('Hello Ana,')
  })

  test('may be as long as mail may be', () => {
    const long = 'All work and no play. \n'.repeat(90_000)
    expect(reply(long).text.length).toBeGreaterThan(long.length)
  })
})

describe('a template', () => {
  test('without a variable it names is an error, not an empty place', () => {
    expect(() => ours.render('acknowledgement', 'en', { verified: true })).toThrow(/undefined/)
  })

  test('comes in the nearest locale: pt-BR, pt, en', () => {
    const directory = templatesWith('pt/reply.txt.liquid', 'Subject: Olá\n\nOlá\n')
    writeFileSync(path.join(directory, 'pt', 'reply.html.liquid'), '<p>Olá</p>')
    const templates = loadTemplates(directory)
    const subject = (locale: string) => templates.render('reply', locale, { subject: 'x' }).subject
    expect([subject('pt-BR'), subject('PT'), subject('de')]).toEqual(['Olá', 'Olá', 'x'])
  })

  const BROKEN: readonly [what: string, file: string, source: string, says: RegExp][] = [
    ['that is no Liquid', 'en/reply.txt.liquid', 'Subject: x\n\n{% if %}', /reply\.txt\.liquid/],
    ['with a tag left open', 'en/reply.html.liquid', '{% if x %}', /reply\.html\.liquid/],
    [
      'without a subject',
      'en/reply.txt.liquid',
      'Hello\n\nyou\n',
      /must begin with a line "Subject/,
    ],
  ]
  test.each(BROKEN)('%s is refused with its file', (_what, file, source, says) => {
    const load = () => loadTemplates(templatesWith(file, source))
    expect(load).toThrow(says)
    expect(load).toThrow(expect.objectContaining({ exitCode: 78 }) as Error)
  })

  test('whose HTML half is missing is refused with its file', () => {
    const directory = templatesWith('de/reply.txt.liquid', 'Subject: x\n\nx\n')
    expect(() => loadTemplates(directory)).toThrow(
      expect.objectContaining({
        exitCode: 78,
        message: expect.stringContaining('reply.html.liquid') as string,
      }) as Error,
    )
  })

  test('none at all is refused with what is missing', () => {
    expect(() => loadTemplates(scratch.make())).toThrow(/acknowledgement\.txt\.liquid is missing/)
  })

  test('beside a stray file is fine', () => {
    const directory = templatesWith('README.md', 'not a locale')
    expect(loadTemplates(directory).render('reply', 'en', { subject: 'x' }).subject).toBe('x')
  })

  test('that never ends is stopped', () => {
    const endless = '{% for i in (1..99999999) %}{{ i }}{% endfor %}'
    const templates = loadTemplates(templatesWith('en/reply.html.liquid', endless))
    expect(() => templates.render('reply', 'en', { subject: 'x' })).toThrow(/limit/)
  })
})
