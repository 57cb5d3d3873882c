/** The commands agents know: how each is written, and what it comes to. Pure. */

export type Command =
  | { readonly do: 'status'; readonly word: string }
  /** To whatever closes a ticket; '' without a reason. */
  | { readonly do: 'close'; readonly reason: string }
  | { readonly do: 'take' }
  | { readonly do: 'release' }
  /** A name or an address. */
  | { readonly do: 'assign'; readonly who: string }
  | { readonly do: 'priority'; readonly word: string }
  | { readonly do: 'tag'; readonly tags: readonly string[] }
  | { readonly do: 'untag'; readonly tags: readonly string[] }
  | { readonly do: 'category'; readonly name: string }
  | { readonly do: 'note' }
  | { readonly do: 'cc'; readonly address: string; readonly remove: boolean }
  | { readonly do: 'merge'; readonly into: number }
  /** A time, a day, or `none`. */
  | { readonly do: 'snooze'; readonly until: string }
  | { readonly do: 'move'; readonly inbox: string }
  | { readonly do: 'requester'; readonly address: string }
  | { readonly do: 'follow' }
  | { readonly do: 'mute' }
  | { readonly do: 'help' }
  /** The mail of his that is held: to the customer, or away. By its number; null: the newest. */
  | { readonly do: 'send'; readonly held: number | null }
  | { readonly do: 'discard'; readonly held: number | null }
  | { readonly do: 'undo' }

export interface Form {
  /** How it is written, for help. */
  readonly usage: string
  /** Null: what follows makes no sense. */
  read(rest: string): Command | null
}

/** `#send`, or `#send 17` where several mails are held. */
const aboutHeld = (word: 'send' | 'discard'): Form => ({
  usage: `#${word}`,
  read: (rest) => {
    if (rest === '') return { do: word, held: null }
    return /^[1-9]\d{0,8}$/.test(rest) ? { do: word, held: Number(rest) } : null
  },
})

const bare = (usage: string, command: Command): Form => ({
  usage,
  read: (rest) => (rest === '' ? command : null),
})

const CLOSE: Form = { usage: '#close', read: (reason) => ({ do: 'close', reason }) }
const TAKE = bare('#take', { do: 'take' })
const NOTE: Form = { usage: '#note', read: (rest) => (rest === '' ? { do: 'note' } : null) }

/** One `@`, no spaces: whether it is an address is found out by who uses it. */
const ADDRESS = /^[^\s@]+@[^\s@]+$/
const TAGS_MAX = 20

const tagsOf = (rest: string): string[] =>
  rest
    .split(/[\s,]+/)
    .map((tag) => tag.replace(/^#/, ''))
    .filter((tag) => tag !== '')
    .slice(0, TAGS_MAX)

const tagged = (name: 'tag' | 'untag'): Form => ({
  usage: `#${name} word word`,
  read(rest) {
    const tags = tagsOf(rest)
    return tags.length === 0 ? null : { do: name, tags }
  },
})

function readCc(rest: string): Command | null {
  const [first = '', second = ''] = rest.split(/\s+/)
  const verb = first.toLowerCase()
  const word = verb === 'add' || verb === 'remove' ? second : first
  const address = word.replace(/^<|>$/g, '')
  return ADDRESS.test(address) ? { do: 'cc', address, remove: verb === 'remove' } : null
}

export const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['close', CLOSE],
  [
    'status',
    {
      usage: '#status open',
      read: (rest) => (rest === '' ? null : { do: 'status', word: rest }),
    },
  ],
  ['take', TAKE],
  ['mine', TAKE],
  ['release', bare('#release', { do: 'release' })],
  [
    'assign',
    { usage: '#assign ana', read: (rest) => (rest === '' ? null : { do: 'assign', who: rest }) },
  ],
  [
    'priority',
    {
      usage: '#priority high',
      read: (rest) => (/^\S+$/.test(rest) ? { do: 'priority', word: rest } : null),
    },
  ],
  ['tag', tagged('tag')],
  ['untag', tagged('untag')],
  [
    'category',
    {
      usage: '#category Billing',
      read: (rest) => (rest === '' ? null : { do: 'category', name: rest }),
    },
  ],
  ['note', NOTE],
  ['internal', NOTE],
  ['cc', { usage: '#cc add ana@example.org', read: readCc }],
  [
    'merge',
    {
      usage: '#merge 1033',
      read(rest) {
        const into = /^#?([1-9]\d{0,8})$/.exec(rest)?.[1]
        return into === undefined ? null : { do: 'merge', into: Number(into) }
      },
    },
  ],
  [
    'snooze',
    {
      usage: '#snooze 3d',
      read: (rest) =>
        /^(?:\d{1,5} ?[mhdw]|\d{4}-\d\d-\d\d|none|off)$/i.test(rest)
          ? { do: 'snooze', until: rest }
          : null,
    },
  ],
  [
    'move',
    { usage: '#move Sales', read: (rest) => (rest === '' ? null : { do: 'move', inbox: rest }) },
  ],
  [
    'requester',
    {
      usage: '#requester ana@example.org',
      read: (rest) => (ADDRESS.test(rest) ? { do: 'requester', address: rest } : null),
    },
  ],
  ['follow', bare('#follow', { do: 'follow' })],
  ['mute', bare('#mute', { do: 'mute' })],
  ['help', bare('#help', { do: 'help' })],
  ['undo', bare('#undo', { do: 'undo' })],
  ['send', aboutHeld('send')],
  ['discard', aboutHeld('discard')],
])

/** Every command once, as it is written. */
export const COMMAND_USAGES: readonly string[] = [
  ...new Set([...FORMS.values()].map(({ usage }) => usage)),
]
