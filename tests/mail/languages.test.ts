/** Every language file does what it is for: its words are found where clients put them. */
import { describe, expect, test } from 'vitest'
import { autoReplySubjectOf } from '../../src/mail/auto-reply-subject.ts'
import { findForwarded } from '../../src/mail/forwarded.ts'
import { LANGUAGES } from '../../src/mail/languages/all.ts'
import { phrases } from '../../src/mail/phrases.ts'
import { isForwardSubject, isReplySubject } from '../../src/mail/subject.ts'
import { visibleText } from '../../src/mail/visible-text.ts'

/** As clients write it: the first letter large. */
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const first = (list: string | undefined): string => phrases(list)[0]?.trim() ?? ''

test('every code and every file is listed once', () => {
  const codes = LANGUAGES.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  expect(codes.length).toBeGreaterThanOrEqual(20)
})

describe.each(LANGUAGES.map((language) => [language.code, language] as const))(
  '%s',
  (_, language) => {
    const { labels } = language

    test('lists are in lower case, and no label means two headers', () => {
      const { commonWords, automatic, bounce, courtesy, labels: byHeader, ...lists } = language
      const all = [
        ...Object.values({ ...lists, code: '' }),
        ...Object.values({ ...automatic }),
        ...Object.values({ ...bounce }),
        ...Object.values({ ...courtesy }),
        ...Object.values(byHeader),
      ]
      for (const list of all) expect(list).toBe(list.toLowerCase())
      expect(commonWords ?? '').toBe((commonWords ?? '').toLowerCase())
      const means = Object.values(byHeader).flatMap((list) => phrases(list))
      expect(means.filter((label, index) => means.indexOf(label) !== index)).toEqual([])
    })

    test.runIf(labels.from !== undefined)('every label of a header block is known', () => {
      const longest = Math.max(
        ...[labels.from, labels.date, labels.to, labels.subject].map(
          (list) => phrases(list).length,
        ),
      )
      for (let at = 0; at < longest; at++) {
        const pick = (list: string | undefined): string => {
          const all = phrases(list)
          return capital(all[at % Math.max(all.length, 1)] ?? '').replace(/:$/, '')
        }
        const block = `${pick(labels.from)}: Ana Lima <ana@example.org>\n${pick(labels.date)}: 5.1.2026 10:00\n${pick(labels.to)}: bruno@example.org\n${pick(labels.subject)}: Printer`
        const { reply, quoted } = visibleText(`1234\n\n${block}\n\nIt is broken.\n`)
        expect({ block, reply, quoted }).toEqual({
          block,
          reply: '1234',
          quoted: `${block}\n\nIt is broken.`,
        })
      }
    })

    test.each(phrases(language.wrote).map((verb) => verb.trim()))(
      '"%s" ends an attribution',
      (verb) => {
        const { reply } = visibleText(
          `1234\n\n${capital(first(language.on) || '2026')} 5.1.2026 10:00 Ana Lima <ana@example.org> ${verb}:\n\n> Printer\n`,
        )
        expect(reply).toBe('1234')
      },
    )

    test.each(phrases(language.forwardedMessage))('"%s" announces a forward', (words) => {
      const block = `${capital(first(labels.from))}: Ana Lima <ana@example.org>\n${capital(first(labels.subject))}: Printer`
      const text = `Note.\n\n---------- ${capital(words)} ----------\n${block}\n\nIt is broken.`
      expect(findForwarded({ subject: null, isReply: false }, text)).toMatchObject({
        from: { address: 'ana@example.org', name: 'Ana Lima' },
        subject: 'Printer',
        text: 'It is broken.',
        note: 'Note.',
      })
    })

    test.each(phrases(language.originalMessage))('"%s" stands above a quotation', (words) => {
      expect(visibleText(`Note.\n\n-----${capital(words)}-----\n\nIt is broken.`).reply).toBe(
        'Note.',
      )
    })

    test.each(phrases(language.sentFrom))('"%s" begins a line of a phone', (words) => {
      expect(visibleText(`Note.\n\n${capital(words)} Phone\n`)).toMatchObject({
        reply: 'Note.',
        signature: `${capital(words)} Phone`,
      })
    })

    test.each([...phrases(language.replyPrefixes)])('"%s:" is a reply', (prefix) => {
      expect(isReplySubject(`${prefix.toUpperCase()}: Printer`)).toBe(true)
    })

    test.each([...phrases(language.forwardPrefixes)])('"%s:" is a forward', (prefix) => {
      const subject = `${capital(prefix)}: Printer`
      // "Sv" forwards in one language and replies in another.
      expect(isForwardSubject(subject) || isReplySubject(subject)).toBe(true)
    })

    test.each(phrases(language.automatic?.subjects))('"%s" is no person', (subject) => {
      const text = { reply: '', quoted: '', signature: '', full: '' }
      expect(
        autoReplySubjectOf({ subject: capital(subject), inReplyTo: [], references: [], text }),
      ).not.toBeNull()
    })
  },
)
