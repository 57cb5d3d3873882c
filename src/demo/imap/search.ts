/** SEARCH (RFC 9051 §6.4.4): search keys as a chain of tests on one message. */
import type { StoredMessage } from './accounts.ts'
import { parseDay } from './dates.ts'
import { headerOf, mimeOf } from './mime-tree.ts'
import { isInSet, isSequenceSet, parseSequenceSet } from './sequence-set.ts'
import type { Token } from './tokens.ts'
import { BadCommand, textOf } from './tokens.ts'

export interface Candidate {
  message: StoredMessage
  sequence: number
}

export type Criterion = (candidate: Candidate) => boolean

/** What `*` means in this folder. */
export interface Highest {
  sequence: number
  uid: number
}

const DAY_MS = 86_400_000

/** `UNSEEN` and friends: a flag, and whether it must be there. */
const FLAG_KEYS: Readonly<Record<string, readonly [flag: string, wanted: boolean]>> = {
  ANSWERED: ['\\Answered', true],
  UNANSWERED: ['\\Answered', false],
  DELETED: ['\\Deleted', true],
  UNDELETED: ['\\Deleted', false],
  DRAFT: ['\\Draft', true],
  UNDRAFT: ['\\Draft', false],
  FLAGGED: ['\\Flagged', true],
  UNFLAGGED: ['\\Flagged', false],
  SEEN: ['\\Seen', true],
  UNSEEN: ['\\Seen', false],
}

const hasFlag =
  (flag: string, wanted: boolean): Criterion =>
  ({ message }) =>
    message.flags.has(flag) === wanted

const headerContains = (name: string, text: string): Criterion => {
  const wanted = text.toLowerCase()
  return ({ message }) =>
    headerOf(mimeOf(message.source), name)?.toLowerCase().includes(wanted) ?? false
}

const sourceContains = (text: string): Criterion => {
  const wanted = text.toLowerCase()
  return ({ message }) => message.source.toString('latin1').toLowerCase().includes(wanted)
}

/** Days are compared without a time (RFC 9051 §6.4.4), here in UTC. */
const dayIs =
  (test: (day: number, wanted: number) => boolean, text: string): Criterion =>
  ({ message }) =>
    test(
      Math.floor(message.internalDate.getTime() / DAY_MS),
      Math.floor(parseDay(text).getTime() / DAY_MS),
    )

/** Keys that are followed by one argument. */
const ARGUMENT_KEYS: Readonly<Record<string, (argument: string) => Criterion>> = {
  BEFORE: (text) => dayIs((day, wanted) => day < wanted, text),
  SENTBEFORE: (text) => dayIs((day, wanted) => day < wanted, text),
  ON: (text) => dayIs((day, wanted) => day === wanted, text),
  SENTON: (text) => dayIs((day, wanted) => day === wanted, text),
  SINCE: (text) => dayIs((day, wanted) => day >= wanted, text),
  SENTSINCE: (text) => dayIs((day, wanted) => day >= wanted, text),
  FROM: (text) => headerContains('from', text),
  TO: (text) => headerContains('to', text),
  CC: (text) => headerContains('cc', text),
  BCC: (text) => headerContains('bcc', text),
  SUBJECT: (text) => headerContains('subject', text),
  BODY: sourceContains,
  TEXT: sourceContains,
  KEYWORD: (flag) => hasFlag(flag, true),
  UNKEYWORD: (flag) => hasFlag(flag, false),
  LARGER: (size) => (candidate) => candidate.message.source.length > Number(size),
  SMALLER: (size) => (candidate) => candidate.message.source.length < Number(size),
}

/** All keys of a SEARCH; a message is found when it passes every one of them. */
export function parseSearch(tokens: readonly Token[], highest: Highest): Criterion {
  const rest = [...tokens]
  const criteria: Criterion[] = []
  while (rest.length > 0) criteria.push(nextCriterion(rest, highest))
  return (candidate) => criteria.every((passes) => passes(candidate))
}

function nextCriterion(rest: Token[], highest: Highest): Criterion {
  const token = rest.shift()
  if (token?.kind === 'list') return parseSearch(token.items, highest)
  const text = textOf(token)
  const key = text.toUpperCase()

  const flag = FLAG_KEYS[key]
  if (flag !== undefined) return hasFlag(...flag)
  const withArgument = ARGUMENT_KEYS[key]
  if (withArgument !== undefined) return withArgument(textOf(rest.shift()))
  if (isSequenceSet(text)) {
    const ranges = parseSequenceSet(text, highest.sequence)
    return ({ sequence }) => isInSet(ranges, sequence)
  }
  return specialCriterion(key, rest, highest)
}

function specialCriterion(key: string, rest: Token[], highest: Highest): Criterion {
  switch (key) {
    case 'ALL':
    case 'OLD':
      return () => true
    case 'NEW':
    case 'RECENT':
      return () => false
    case 'CHARSET':
      rest.shift()
      return () => true
    case 'UID': {
      const ranges = parseSequenceSet(textOf(rest.shift()), highest.uid)
      return ({ message }) => isInSet(ranges, message.uid)
    }
    case 'HEADER':
      return headerContains(textOf(rest.shift()), textOf(rest.shift()))
    case 'NOT': {
      const passes = nextCriterion(rest, highest)
      return (candidate) => !passes(candidate)
    }
    case 'OR': {
      const first = nextCriterion(rest, highest)
      const second = nextCriterion(rest, highest)
      return (candidate) => first(candidate) || second(candidate)
    }
    default:
      throw new BadCommand(`Unknown search key ${key}`)
  }
}
