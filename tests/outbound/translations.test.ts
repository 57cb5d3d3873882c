/** Our own templates in every language: complete, rendered, and fit for every client. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { visibleText } from '../../src/mail/visible-text.ts'
import { SAMPLES } from '../../src/outbound/template-samples.ts'
import { NOTICES, type NoticeName } from '../../src/outbound/template-values.ts'
import { checkTemplates, loadTemplates } from '../../src/outbound/templates.ts'
import { templatesDirectory } from '../../src/package-root.ts'

const LOCALES = ['ar', 'de', 'en', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt-BR', 'ru', 'tr', 'zh-CN']
const templates = loadTemplates(templatesDirectory)
const audience = (locale: string) => ({
  locales: [locale],
  inbox: { name: 'Acme Support', locale: 'en', timeZone: 'Europe/Berlin' },
})

function renderings<N extends NoticeName>(notice: N, locale: string) {
  return SAMPLES[notice].map((values) => templates.render(notice, audience(locale), values))
}

test('every notice comes in all thirteen languages', () => {
  expect(templates.locales.toSorted()).toEqual(LOCALES)
  expect(readdirSync(templatesDirectory).toSorted()).toEqual(LOCALES)
})

test('no template names what it is not given', () => {
  expect(checkTemplates(templatesDirectory)).toEqual([])
})

const CASES = LOCALES.flatMap((locale) => NOTICES.map((notice) => [locale, notice] as const))

describe.each(CASES)('%s %s', (locale, notice) => {
  const rendered = renderings(notice, locale)

  test('is in that language, in both parts', () => {
    for (const { locale: actual, subject, text, html } of rendered) {
      expect(actual).toBe(locale)
      expect(subject).not.toBe('')
      expect(html).toMatch(
        new RegExp(
          `^<!doctype html>\n<html lang="${locale}" dir="${locale === 'ar' ? 'rtl' : 'ltr'}">`,
        ),
      )
      expect(`${subject}${text}${html}`).not.toMatch(/\{\{|\}\}|\{%|undefined|\[object|NaN/)
      // `#` is the count of a plural form; here it begins a ticket's number or a command.
      expect(`${subject}${text}`).not.toMatch(/#[^1a-z]/)
      expect(text).not.toMatch(/\n{3}|[ \t]\n|&\w+;/)
    }
  })

  test('loads nothing, hides nothing and paints nothing', () => {
    for (const { html } of rendered) {
      expect(html).not.toMatch(/<(?:img|link|script|iframe|object|embed|form|svg|table|font)\b/i)
      expect(html).not.toMatch(/url\(|@import|@font-face|background|src=|srcset=/i)
      expect(html).not.toMatch(/display:\s*none|font-size:\s*0|[\u200b-\u200d\ufeff]|&zwnj;/i)
      const colours = [...html.matchAll(/[^-]color:([^";]+)/g)].map(([, colour]) => colour)
      // As digits a colour would look like the code.
      expect(new Set(colours)).toEqual(new Set(notice === 'code' ? [] : ['#767676']))
      expect(html).toContain('<meta name="color-scheme" content="light dark">')
    }
  })

  test('says the same in text and HTML', () => {
    for (const { text, html } of rendered) {
      const body = html.slice(html.indexOf('<body>')).replaceAll('<hr>', '--')
      const shown = body.replace(/<[^>]*>/g, '').replace(/&[lg]t;/g, '')
      const letters = (all: string) => all.replace(/[\s<>]/g, '')
      expect(letters(shown)).toBe(letters(text))
    }
  })
})

const TRANSLATIONS = LOCALES.filter((locale) => locale !== 'en')
test.each(TRANSLATIONS)('%s: nothing is left untranslated', (locale) => {
  for (const notice of NOTICES) {
    for (const kind of ['txt', 'html']) {
      const read = (tag: string) =>
        readFileSync(path.join(templatesDirectory, tag, `${notice}.${kind}.liquid`), 'utf8')
      const sentences = (source: string) =>
        source
          .replace(/\{\{.*?\}\}|\{%.*?%\}|<[^>]*>/gs, '\n')
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line.length > 12)
      const english = new Set(sentences(read('en')))
      expect(sentences(read(locale)).filter((line) => english.has(line))).toEqual([])
    }
  }
})

test.each(LOCALES)(
  '%s: what a reply quotes is folded by those who read mail as we do',
  (locale) => {
    const [first] = renderings('reply', locale)
    const { reply, quoted } = visibleText(first?.text ?? '')
    expect(reply.trim()).toMatch(/^Use water\./)
    expect(quoted).toContain('It is on fire.')
    expect(reply).not.toContain('It is on fire.')
  },
)

test.each(LOCALES)('%s: a notice tells in words whom a reply reaches', (locale) => {
  const texts = renderings('agent_notice', locale).map(({ text }) => text)
  expect(new Set(texts).size).toBe(texts.length)
  for (const text of texts) expect(text).toContain('https://desk.acme.example/tickets/1042')
})

test.each(LOCALES)('%s: the code is the only number of six digits in its mail', (locale) => {
  for (const { subject, text, html } of renderings('code', locale)) {
    for (const part of [text, html]) expect(part.match(/\d{6}/g)).toEqual(['040506'])
    expect(subject).not.toMatch(/\d/)
  }
})
