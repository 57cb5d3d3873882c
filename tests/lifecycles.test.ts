import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadLifecycle } from '../src/lifecycles.ts'
import { scratchDirectories } from './kit/scratch.ts'

const scratch = scratchDirectories('lifecycles')

/** status: category, where it may go, after an agent's reply, after a customer's message. */
type Expected = Record<string, readonly [string, readonly string[], string | null, string | null]>

const CONTRACT: Readonly<Record<string, { initial: string; statuses: Expected }>> = {
  default: {
    initial: 'open',
    statuses: {
      open: ['open', ['in_progress', 'pending', 'resolved', 'closed'], 'pending', null],
      in_progress: ['open', ['open', 'pending', 'resolved', 'closed'], 'pending', null],
      pending: ['waiting', ['open', 'in_progress', 'resolved', 'closed'], 'pending', 'open'],
      resolved: ['closed', ['open', 'in_progress', 'pending', 'closed'], 'pending', 'open'],
      closed: ['closed', [], null, null],
    },
  },
  strict: {
    initial: 'opened',
    statuses: {
      opened: ['open', ['answered', 'closed'], 'answered', null],
      answered: ['waiting', ['awaited', 'closed'], 'answered', 'awaited'],
      awaited: ['open', ['answered', 'closed'], 'answered', null],
      closed: ['closed', [], null, null],
    },
  },
  simple: {
    initial: 'open',
    statuses: {
      open: ['open', ['wip', 'closed'], null, null],
      wip: ['open', ['open', 'closed'], null, null],
      closed: ['closed', ['open', 'wip'], null, null],
    },
  },
  tracker: {
    initial: 'open',
    statuses: {
      open: ['open', ['pending', 'closed'], 'pending', null],
      pending: ['waiting', ['open', 'closed'], 'pending', 'open'],
      closed: ['closed', ['open', 'pending'], null, null],
    },
  },
}

describe.each(Object.entries(CONTRACT))('the lifecycle %s', (name, { initial, statuses }) => {
  const lifecycle = loadLifecycle(name)

  test('has these statuses, categories and steps', () => {
    const found = [...lifecycle.statuses].map(([status, rule]) => [
      status,
      [rule.category, rule.to, rule.agentReply, rule.customerMessage],
    ])
    expect(Object.fromEntries(found)).toEqual(statuses)
    expect(lifecycle.initial).toBe(initial)
  })

  test('takes comments everywhere but on a closed ticket', () => {
    const silent = [...lifecycle.statuses.values()].filter(({ comments }) => !comments)
    expect(silent.map((rule) => rule.name)).toEqual(['closed'])
  })
})

test('closed is final where the path is fixed, and nowhere else', () => {
  const isFinal = (name: string) => loadLifecycle(name).statuses.get('closed')?.final
  expect(Object.keys(CONTRACT).map(isFinal)).toEqual([true, true, false, false])
})

describe('a file that makes no sense is refused, naming the file', () => {
  const GOOD = `name: mine
initial: open
statuses:
  open: { label: Open, category: open, to: [closed] }
  closed: { label: Closed, category: closed, final: true }
`
  const BAD: readonly [what: string, source: string, says: string][] = [
    ['an unknown initial status', GOOD.replace('initial: open', 'initial: new'), 'status "new"'],
    ['a step to nowhere', GOOD.replace('to: [closed]', 'to: [shut]'), 'statuses.open.to'],
    [
      'a final status that leads on',
      GOOD.replace('final: true', 'final: true, to: [open]'),
      'final',
    ],
    [
      'an unknown reply status',
      GOOD.replace('to: [closed]', 'agent_reply: x'),
      'statuses.open.agent_reply',
    ],
    ['an unknown category', GOOD.replace('category: closed', 'category: done'), 'category'],
    ['an unknown key', GOOD.replace('label: Open', 'label: Open, colour: red'), 'colour'],
    ['a status with a capital', GOOD.replace('  open:', '  Open:'), 'statuses.Open'],
    ['no statuses', 'name: mine\ninitial: open\n', 'statuses'],
    ['no YAML', 'name: [', 'mine.yaml'],
    ['nothing', '', 'mine.yaml'],
  ]
  test.each(BAD)('%s', (_what, source, says) => {
    const directory = scratch.make()
    writeFileSync(path.join(directory, 'mine.yaml'), source)
    const refused = { exitCode: 78, message: expect.stringContaining(says) as string }
    expect(() => loadLifecycle('mine', directory)).toThrow(
      expect.objectContaining(refused) as Error,
    )
    expect(() => loadLifecycle('mine', directory)).toThrow(/mine\.yaml/)
  })

  test.each(['nope', '../default', ''])('a name that is none: %j', (name) => {
    const load = () => loadLifecycle(name)
    expect(load).toThrow(/There is no lifecycle .* Known are default, simple, strict, tracker/)
    expect(load).toThrow(expect.objectContaining({ exitCode: 78 }) as Error)
  })
})
