import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COMMAND_USAGES } from '../../src/ticket/command-forms.ts'
import { readCommands } from '../../src/ticket/commands.ts'

const isStatus = (word: string): boolean => ['pending', 'solved', 'open'].includes(word)
const read = (text: string) => readCommands(text, isStatus)

describe('commands in a mail', () => {
  test.each([
    ['#close', { do: 'close', reason: '' }],
    ['#close because it works now', { do: 'close', reason: 'because it works now' }],
    ['/CLOSE', { do: 'close', reason: '' }],
    ['#status in progress', { do: 'status', word: 'in progress' }],
    ['#pending', { do: 'status', word: 'pending' }],
    ['#take', { do: 'take' }],
    ['#mine', { do: 'take' }],
    ['#release', { do: 'release' }],
    ['#assign ana', { do: 'assign', who: 'ana' }],
    ['#assign: none', { do: 'assign', who: 'none' }],
    ['#priority high', { do: 'priority', word: 'high' }],
    ['#tag a, b #c', { do: 'tag', tags: ['a', 'b', 'c'] }],
    ['#untag a', { do: 'untag', tags: ['a'] }],
    ['#category Billing and more', { do: 'category', name: 'Billing and more' }],
    ['#note', { do: 'note' }],
    ['#internal', { do: 'note' }],
    ['#cc x@y.test', { do: 'cc', address: 'x@y.test', remove: false }],
    ['#cc add <x@y.test>', { do: 'cc', address: 'x@y.test', remove: false }],
    ['#cc remove x@y.test', { do: 'cc', address: 'x@y.test', remove: true }],
    ['#merge 1033', { do: 'merge', into: 1033 }],
    ['#merge #1033', { do: 'merge', into: 1033 }],
    ['#move Sales', { do: 'move', inbox: 'Sales' }],
    ['#snooze 3d', { do: 'snooze', until: '3d' }],
    ['#snooze: 2026-03-04', { do: 'snooze', until: '2026-03-04' }],
    ['#snooze none', { do: 'snooze', until: 'none' }],
    ['#requester ana@x.test', { do: 'requester', address: 'ana@x.test' }],
    ['#follow', { do: 'follow' }],
    ['#mute', { do: 'mute' }],
    ['#help', { do: 'help' }],
    ['#undo', { do: 'undo' }],
    ['#send', { do: 'send', held: null }],
    ['#send 17', { do: 'send', held: 17 }],
    ['#discard', { do: 'discard', held: null }],
  ])('%s', (line, command) => {
    expect(read(line)).toMatchObject({ commands: [command], text: '', mistakes: [] })
  })

  test('stand at the top or at the end, several of them, and leave the text alone', () => {
    const text =
      '\n#take\n\n#priority high\n\nHello,\n\n#1 is done.\n/etc/hosts too.\n\n#tag fire\n#close\n\n'
    const { commands, text: rest, mistakes } = read(text)
    expect(commands.map((command) => command.do)).toEqual(['take', 'priority', 'tag', 'close'])
    expect(rest).toBe('Hello,\n\n#1 is done.\n/etc/hosts too.')
    expect(mistakes).toEqual([])
  })

  test.each(['#send', '#discard'])('%s ends no answer: it is about mail that is held', (word) => {
    const { commands, mistakes } = read(`An answer.\n\n${word}`)
    expect(commands).toEqual([])
    expect(mistakes).toMatchObject([{ line: word, problem: 'incomplete' }])
  })

  test('in the middle of a text are text', () => {
    const text = 'Please write\n#close\nwhen you are done.'
    expect(read(text)).toMatchObject({ commands: [], text, mistakes: [] })
  })

  test.each([
    ['#clsoe\nDone.', '#clsoe', 'unknown', '#close'],
    ['#asign ana\nDone.', '#asign ana', 'unknown', '#assign'],
    ['#nonsense\nDone.', '#nonsense', 'unknown', null],
    ['#merge twelve\nDone.', '#merge twelve', 'incomplete', '#merge 1033'],
    ['#assign\nDone.', '#assign', 'incomplete', '#assign ana'],
    ['#cc somebody\nDone.', '#cc somebody', 'incomplete', '#cc add ana@example.org'],
    ['Done.\n#clsoe', '#clsoe', 'unknown', '#close'],
    ['Done.\n#priority', '#priority', 'incomplete', '#priority high'],
  ])('a mistake is named, never guessed: %j', (text, line, problem, suggestion) => {
    const { mistakes, commands } = read(text)
    expect(commands).toEqual([])
    expect(mistakes).toEqual([{ line, problem, suggestion }])
  })

  test.each([
    ['# note\nOnly for us.', '# note', '#note'],
    ['*#note*\n\nOnly for us.', '*#note*', '#note'],
    ['__#note__\nOnly for us.', '__#note__', '#note'],
    ['Hi Ana,\n\n#note\n\nOnly for us.', '#note', '#note'],
    ['It works now.\n\n#close\n\nBob', '#close', '#close'],
    ['It works now.\n\n#Close done\nBob', '#Close done', '#Close done'],
    ['#take\n\nHello.\n\n#pending\n\nBob', '#pending', '#pending'],
  ])('one that is misplaced is no text for a customer: %j', (text, line, suggestion) => {
    const { mistakes, text: left } = read(text)
    expect(mistakes).toEqual([{ line, problem: 'misplaced', suggestion }])
    expect(left).toContain(line)
  })

  test.each([
    'Thanks!\n#blessed',
    'Write to us.\n\n#blessed are the meek\n\nBob',
    'First\n\n# Note on the heading\n\nText',
    'In the folder\n\n/close\n\nare the files.',
    'See\n/usr/local/bin',
    '/etc/hosts is wrong',
    '# Heading\nText',
    '#1042 is the same',
    '#1042',
    'https://x.test/#close',
    '/close-to-the-edge/ is a record',
  ])('what only looks like one is text: %j', (text) => {
    expect(read(text)).toMatchObject({ commands: [], text, mistakes: [] })
  })

  test('every way of writing them in the help is understood', () => {
    for (const usage of COMMAND_USAGES) {
      expect([usage, read(usage).mistakes]).toEqual([usage, []])
      expect(read(usage).commands).toHaveLength(1)
    }
  })

  test('no text is lost: every line is a command, a mistake or still there', () => {
    const line = fc.oneof(
      fc.constantFrom('', '#close', '/take', '#clsoe', '#x', 'Hello', '  #tag a b ', '> quoted'),
      fc.string({ maxLength: 30 }).map((text) => text.replaceAll('\n', ' ')),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const { commands, mistakes, text } = read(lines.join('\n'))
        const written = lines.filter((one) => one.trim() !== '').length
        const left = text.split('\n').filter((one) => one.trim() !== '').length
        const apart = mistakes.filter(({ problem }) => problem !== 'misplaced')
        expect(left + commands.length + apart.length).toBe(written)
      }),
    )
  })
})
