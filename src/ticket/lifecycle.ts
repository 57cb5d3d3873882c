/**
 * Lifecycles: which statuses a ticket can have and which steps lead from one to another.
 * A lifecycle is data (config/lifecycles/*.yaml); mail and API obey the same one.
 */
import { AppError } from '../errors.ts'

export const STATUS_CATEGORIES = ['open', 'waiting', 'closed'] as const
export type StatusCategory = (typeof STATUS_CATEGORIES)[number]

export interface StatusRule {
  readonly name: string
  readonly label: string
  readonly category: StatusCategory
  /** Further words accepted on input, compared without case, spaces, `-` and `_`. */
  readonly aliases: readonly string[]
  /** Where it may go from here. */
  readonly to: readonly string[]
  /** Nothing but a customer within the reopen window leads out of a final status. */
  readonly final: boolean
  /** May a ticket in this status be commented? */
  readonly comments: boolean
  /** Status after an agent's public reply, or null: it stays. */
  readonly agentReply: string | null
  /** Status after a customer's message, or null: it stays. */
  readonly customerMessage: string | null
  /** Status a customer's message reopens to within the reopen window, or null: never. */
  readonly reopen: string | null
}

export interface Lifecycle {
  readonly name: string
  readonly initial: string
  readonly statuses: ReadonlyMap<string, StatusRule>
}

export type Step =
  | { readonly do: 'stay' }
  | { readonly do: 'move'; readonly to: StatusRule }
  | { readonly do: 'refuse'; readonly allowed: readonly string[] }

const folded = (word: string): string => word.toLowerCase().replace(/[\s_-]/g, '')

/** The rule of a stored status; a status the lifecycle no longer knows counts as its initial one. */
export function ruleOf(lifecycle: Lifecycle, status: string): StatusRule {
  const rule = lifecycle.statuses.get(status) ?? lifecycle.statuses.get(lifecycle.initial)
  if (rule === undefined) throw new Error(`lifecycle ${lifecycle.name} has no initial status`)
  return rule
}

/** The status a word means (its name or an alias), or null. */
export function findStatus(lifecycle: Lifecycle, word: string): StatusRule | null {
  const wanted = folded(word)
  const rules = [...lifecycle.statuses.values()]
  return (
    rules.find((rule) => folded(rule.name) === wanted) ??
    rules.find((rule) => rule.aliases.some((alias) => folded(alias) === wanted)) ??
    null
  )
}

/** The status a word means; throws 422 `unknown-status` naming the accepted ones. */
export function getStatus(lifecycle: Lifecycle, word: string): StatusRule {
  const found = findStatus(lifecycle, word)
  if (found !== null) return found
  const accepted = [...lifecycle.statuses.keys()]
  throw new AppError(
    'invalid',
    'unknown-status',
    `There is no status "${word.slice(0, 100)}". Known are ${accepted.join(', ')}.`,
    { accepted },
  )
}

/** Every status a ticket may be moved to from `from`. */
export const allowedFrom = (lifecycle: Lifecycle, from: string): readonly string[] =>
  ruleOf(lifecycle, from).to

/** `closed` if one may go there, else the first closed status one may go to; null: none. */
export function closingStatus(lifecycle: Lifecycle, from: string): string | null {
  if (ruleOf(lifecycle, from).category === 'closed') return from
  const closed = allowedFrom(lifecycle, from).filter(
    (name) => ruleOf(lifecycle, name).category === 'closed',
  )
  return closed.find((name) => name === 'closed') ?? closed[0] ?? null
}

/** What a wish to change the status comes to. */
export function stepTo(lifecycle: Lifecycle, from: string, to: string): Step {
  if (from === to) return { do: 'stay' }
  const target = lifecycle.statuses.get(to)
  const allowed = allowedFrom(lifecycle, from)
  if (target === undefined || !allowed.includes(to)) return { do: 'refuse', allowed }
  return { do: 'move', to: target }
}

/** What a customer's message does to a ticket. */
export type CustomerEffect =
  | { readonly do: 'comment'; readonly status: string | null }
  | { readonly do: 'follow_up' }

/**
 * A closed ticket is history: a late message opens a follow-up, unless it comes within the
 * reopen window. `closedForMs` is null for a ticket that was never closed.
 */
export function onCustomerMessage(
  lifecycle: Lifecycle,
  status: string,
  closed: { forMs: number | null; reopenWindowMs: number },
): CustomerEffect {
  const rule = ruleOf(lifecycle, status)
  if (rule.comments) return { do: 'comment', status: rule.customerMessage }
  const inWindow = closed.forMs !== null && closed.forMs < closed.reopenWindowMs
  return inWindow && rule.reopen !== null
    ? { do: 'comment', status: rule.reopen }
    : { do: 'follow_up' }
}

/** Where a ticket rests for good: a closed status that takes no comments, else any closed one. */
export function restingStatus(lifecycle: Lifecycle): StatusRule {
  const closed = [...lifecycle.statuses.values()].filter(({ category }) => category === 'closed')
  const quiet = closed.find(({ comments }) => !comments)
  return quiet ?? closed[0] ?? ruleOf(lifecycle, lifecycle.initial)
}
