import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { htmlOf } from '../../src/outbound/plain-html.ts'
import { SafeHtml } from '../../src/outbound/template-engine.ts'
import { SAMPLES } from '../../src/outbound/template-samples.ts'
import { NOTICES, type ReplyValues } from '../../src/outbound/template-values.ts'
import { loadTemplates } from '../../src/outbound/templates.ts'
import { templatesDirectory } from '../../src/package-root.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const scratch = scratchDirectories('templates')
const ours = loadTemplates(templatesDirectory)
const inbox = { name: 'Support', locale: 'en', timeZone: 'UTC' }
const ENGLISH = { locales: [], inbox }

const acknowledgement = (verified: boolean, subject: string, name: string | null) =>
  ours.render('acknowledgement', ENGLISH, {
    verified,
    inbox: { name: 'Support' },
    recipient: { name },
    late: null,
    ticket: { id: 7, subject, url: '' },
  })

const replyValues = (text: string): ReplyValues => ({
  inbox: { name: 'Support' },
  opening: false,
  ticket: { id: 7, subject: 'The printer', url: '' },
  comment: { text, html: new SafeHtml('<b>ours</b>'), omitted: 0 },
  quoted: {
    author: text,
    at: new Date('2026-07-06T10:00:00Z'),
    text,
    html: new SafeHtml(htmlOf(text)),
  },
})
const reply = (text: string) => ours.render('reply', ENGLISH, replyValues(text))
const replySubject = (templates: typeof ours, audience = ENGLISH) =>
  templates.render('reply', audience, replyValues('x')).subject

type Files = Readonly<Record<string, string>>

function directoryWith(files: Files): string {
  const directory = scratch.make()
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true })
    writeFileSync(path.join(directory, file), source)
  }
  return directory
}

/** A directory that is complete in English, with files replaced or added. */
const completeWith = (files: Files = {}): string =>
  directoryWith({
    ...Object.fromEntries(
      NOTICES.flatMap((notice) => [
        [`en/${notice}.txt.liquid`, 'Subject: {{ ticket.subject }}\n\nBody\n'],
        [`en/${notice}.html.liquid`, '<p>Body</p>'],
      ]),
    ),
    ...files,
  })

const reply2 = (locale: string, subject: string): Files => ({
  [`${locale}/reply.txt.liquid`]: `Subject: ${subject}\n\nBody\n`,
  [`${locale}/reply.html.liquid`]: '<p>Body</p>',
})

describe('the address of the conversation', () => {
  test.each(ours.locales)('is left out where there is none: %s', (locale) => {
    const audience = { locales: [locale], inbox }
    const values = replyValues('x')
    const at = (url: string) =>
      ours.render('reply', audience, { ...values, ticket: { ...values.ticket, url } })
    const [without, withOne] = [at(''), at('https://help.test/t/1')]
    expect(without.html).not.toContain('href=""')
    expect(withOne.html).toContain('href="https://help.test/t/1"')
    expect(withOne.text.split('\n').length).toBe(without.text.split('\n').length + 1)
  })

  test('is left out of the acknowledgement, too', () => {
    const { text, html } = acknowledgement(true, 'x', null)
    expect(text).not.toContain('online')
    expect(html).not.toContain('href=""')
  })
})

describe('what people wrote', () => {
  const STRANGE = '{{ inbox.name }} {% assign x = 1 %} <script>alert(1)</script> & "quoted"'

  test('bad input 189: stays as it is in the text: Liquid in a value is no template', () => {
    expect(reply(STRANGE).text).toContain(STRANGE)
    expect(acknowledgement(true, STRANGE, null).subject).toBe(`Re: ${STRANGE}`)
  })

  test('bad input 189: is escaped in the HTML, except what is marked as safe', () => {
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

  test('bad input 189: never becomes markup, a header or an error, whatever it is and in any language', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '</div>',
        '"><img src=x>',
        '{{',
        '{%',
        '{% endraw %}',
        '\0',
        '\uD800',
        '\u202E',
      ),
    )
    const tags = (html: string) => (html.match(/<[a-z/!]/gi) ?? []).length
    const plainTags = tags(reply('x').html)
    fc.assert(
      fc.property(fc.constantFrom(...ours.locales), anything, (locale, text) => {
        const audience = { locales: [locale, text], inbox: { ...inbox, name: text } }
        const values = {
          ...replyValues(`x${text.replace(/https?:|\n/gi, '')}`),
          inbox: { name: text },
        }
        const rendered = ours.render('reply', audience, values)
        expect(rendered.locale).toBe(locale)
        expect(tags(rendered.html)).toBe(plainTags)
        expect(rendered.text).toContain(values.comment.text)
        expect(rendered.subject).toBe('Re: The printer')
      }),
      { numRuns: 300 },
    )
  })

  test('may be as long as mail may be', () => {
    const long = 'All work and no play. \n'.repeat(90_000)
    expect(reply(long).text.length).toBeGreaterThan(long.length)
  })
})

describe('a template', () => {
  test('comes in the first of the recipient’s languages there is, else the inbox’s, else English', () => {
    const templates = loadTemplates(
      completeWith({ ...reply2('pt-BR', 'Olá'), ...reply2('de', 'Hallo') }),
    )
    const subject = (locales: (string | null)[], locale = 'en') =>
      replySubject(templates, { locales: locales as never[], inbox: { ...inbox, locale } })
    expect(subject(['pt-br'])).toBe('Olá')
    expect(subject(['PT'])).toBe('Olá')
    expect(subject([null, 'sv', 'de-AT', 'pt'])).toBe('Hallo')
    expect(subject(['sv', 'not a tag'], 'de')).toBe('Hallo')
    expect(subject(['sv'], 'fi')).toBe('The printer')
  })

  test('of an inbox goes before ours, language by language, and for that inbox alone', () => {
    const own = directoryWith(reply2('en', 'Howdy'))
    const templates = loadTemplates(completeWith(reply2('de', 'Hallo')), new Map([['Sales', own]]))
    const subject = (name: string, locale: string) =>
      replySubject(templates, { locales: [locale as never], inbox: { ...inbox, name } })
    expect([subject('Sales', 'en'), subject('Sales', 'de'), subject('Support', 'en')]).toEqual([
      'Howdy',
      'Hallo',
      'The printer',
    ])
  })

  const BODY = 'Subject: x\n\nHello\n\n'
  const BROKEN: readonly [what: string, file: string, source: string, says: RegExp][] = [
    ['that is no Liquid', 'en/reply.txt.liquid', `${BODY}{% if %}`, /reply\.txt\.liquid:5: /],
    ['with a tag left open', 'en/reply.html.liquid', '\n{% if x %}', /reply\.html\.liquid:2: /],
    ['with an unknown filter', 'en/reply.html.liquid', '{{ inbox.name | shout }}', /:1: .*shout/],
    ['without a subject', 'en/reply.txt.liquid', 'Hello\n\nyou\n', /:1: must begin with .*Subject/],
    ['with another header', 'en/reply.txt.liquid', 'Subject: x\nBcc: y\n\nz\n', /:2: .*Bcc: y/],
    ['of no notice', 'en/replay.txt.liquid', BODY, /replay\.txt\.liquid:1: belongs to no notice/],
    ['in no language', '1234567890/reply.txt.liquid', BODY, /not named after a language/],
    [
      'whose HTML half is missing',
      'de/reply.txt.liquid',
      BODY,
      /de\/reply\.html\.liquid:1: cannot/,
    ],
  ]
  test.each(BROKEN)('%s is refused with its file and line', (_what, file, source, says) => {
    const load = () => loadTemplates(completeWith({ [file]: source }))
    expect(load).toThrow(says)
    expect(load).toThrow(expect.objectContaining({ exitCode: 78 }) as Error)
  })

  const txt = (body: string) => ['reply.txt.liquid', `Subject: x\n\n${body}`] as const
  const UNKNOWN: readonly [string, readonly [string, string], RegExp][] = [
    ['in the text', txt('Hello\n{{ ticket.sujbect }}'), /reply\.txt\.liquid:4: .*ticket\.sujbect/],
    [
      'in the subject',
      ['reply.txt.liquid', 'Subject: {{ nope }}\n\n'],
      /:1: unknown variable nope; .*ticket\.subject/,
    ],
    ['in a branch hardly taken', txt('{% if false %}\n{{ nope }}{% endif %}'), /:4: .*nope/],
    ['in a condition', txt('{% if quoted.autor %}{% endif %}'), /:3: .*quoted\.autor/],
    ['in the HTML', ['reply.html.liquid', '\n\n{{ comment.htlm }}'], /html\.liquid:3: .*htlm/],
    [
      'of an entry of a list',
      [
        'agent_notice.html.liquid',
        '{% for e in entries %}\n{% if e.internal %}\n{{ e.nope }}{% endif %}{% endfor %}',
      ],
      /:3: .*e\.nope/,
    ],
    ['that is no date, as one', txt('{{ ticket.id | datetime }}'), /:3: datetime needs/],
  ]
  test.each(UNKNOWN)(
    'with an unknown variable %s is refused at its line',
    (_where, given, says) => {
      const [file, source] = given
      const other = file.includes('.txt.')
        ? file.replace('.txt.', '.html.')
        : file.replace('.html.', '.txt.')
      const own = directoryWith({
        [`de/${file}`]: source,
        [`de/${other}`]: other.includes('.txt.') ? 'Subject: x\n\nx' : 'x',
      })
      expect(() => loadTemplates(completeWith(), new Map([['Support', own]]))).toThrow(says)
    },
  )

  test('that lacks a plural form of its language is refused', () => {
    const few = '{{ comment.omitted | plural: one: "# plik", other: "# pliku" }}'
    const own = directoryWith({
      'pl/reply.txt.liquid': `Subject: x\n\n${few}`,
      'pl/reply.html.liquid': 'x',
    })
    const load = () => loadTemplates(completeWith(), new Map([['Support', own]]))
    expect(load).toThrow(
      /reply\.txt\.liquid:3: plural lacks (?:few, many|many, few) of the language pl/,
    )
  })

  test('bad input 187: every mistake is told at once', () => {
    const own = directoryWith({
      'de/reply.txt.liquid': 'Subject: {{ one }}\n\n{{ two }}\n{{ three }}',
      'de/reply.html.liquid': '{{ four }}',
      'fr/reply.txt.liquid': 'no',
    })
    const load = () => loadTemplates(completeWith(), new Map([['Support', own]]))
    expect(load).toThrow(/5 mistakes.*one.*two.*three.*four/s)
  })

  test('none at all is refused with what is missing', () => {
    expect(() => loadTemplates(scratch.make())).toThrow(
      /acknowledgement\.txt\.liquid:1: is missing/,
    )
    const nowhere = new Map([['Support', '/nonexistent/templates']])
    expect(() => loadTemplates(completeWith(), nowhere)).toThrow(/templates:1: does not exist/)
  })

  test('beside a stray file is fine', () => {
    expect(replySubject(loadTemplates(completeWith({ 'README.md': 'not a locale' })))).toBe(
      'The printer',
    )
  })

  test('bad input 187: that never ends is stopped', () => {
    const endless = '{% for i in (1..99999999) %}{{ i }}{% endfor %}'
    const templates = loadTemplates(completeWith({ 'en/reply.html.liquid': endless }))
    expect(() => replySubject(templates)).toThrow(/limit/)
  })

  test('bad input 188: of an inbox, that fails on one mail although its samples came out well, gives way to ours', () => {
    const failed: unknown[] = []
    // No sample has such a number.
    const source = '{% if ticket.id > 1000000 %}{{ ticket.id | datetime }}{% endif %}Own words.'
    const own = directoryWith({
      'en/reply.txt.liquid': `Subject: x\n\n${source}`,
      'en/reply.html.liquid': 'Own words.',
    })
    const templates = loadTemplates(
      templatesDirectory,
      new Map([[inbox.name, own]]),
      (mistake) => void failed.push(mistake),
    )
    const render = (id: number) => {
      const values = replyValues('Hello.')
      const ticket = { ...values.ticket, id }
      return templates.render('reply', { locales: [], inbox }, { ...values, ticket })
    }
    expect(render(7).text).toContain('Own words.')
    expect(failed).toEqual([])
    const { text } = render(1_000_001)
    expect(text).toContain('Hello.')
    expect(text).not.toMatch(/Own words|undefined/)
    expect(failed).toEqual([
      expect.objectContaining({ line: 3, file: expect.stringContaining('reply.txt.liquid') }),
    ])
  })

  test('counts and dates as its language does', () => {
    const source =
      '{{ quoted.at | datetime }}|{{ comment.omitted | plural: one: "# A", few: "# B", many: "# C", other: "# D" }}'
    const templates = loadTemplates(
      completeWith({
        'ru/reply.txt.liquid': `Subject: x\n\n${source}`,
        'ru/reply.html.liquid': 'x',
      }),
    )
    const audience = { locales: ['ru'], inbox: { ...inbox, timeZone: 'Europe/Berlin' } }
    const textOf = (omitted: number) => {
      const values = replyValues('x')
      const comment = { ...values.comment, omitted }
      return templates
        .render('reply', audience, { ...values, comment })
        .text.trim()
        .split('|')
    }
    expect([1, 3, 5, 21, 1000].map((count) => textOf(count)[1])).toEqual([
      '1 A',
      '3 B',
      '5 C',
      '21 A',
      '1\u00a0000 C',
    ])
    expect(textOf(1)[0]).toBe('6 июля 2026 г. в 12:00 GMT+2')
  })

  test('an inbox’s English date is written as the reader writes it', () => {
    const audience = (tag: string) => ({
      locales: [tag as never],
      inbox: { ...inbox, timeZone: 'Europe/Berlin' },
    })
    const text = (tag: string) => ours.render('reply', audience(tag), replyValues('x')).text
    expect(text('en-GB')).toContain('On 6 July 2026 at 12:00 CEST, x wrote:')
    expect(text('en-US')).toContain('On July 6, 2026 at 12:00 PM GMT+2, x wrote:')
  })
})

test('the samples name what each notice can take', () => {
  expect(Object.keys(SAMPLES).toSorted()).toEqual([...NOTICES].toSorted())
})
