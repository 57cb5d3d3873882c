/** What a row of the inbound ledger says about how it ended. Pure. */
import type { InboundMessage } from './inbound-rows.ts'

/** Rows that are older than their mark say it in the first of their reasons alone. */
const DISCARDED = /^discarded by (?:user \d+|its author, who was asked)$/
const WISHED: readonly (string | undefined)[] = [
  'the requester closed the ticket',
  'the sender asked for no more automatic mail',
]

type Outcome = Pick<InboundMessage, 'fate' | 'evidence' | 'reasons'>

/** A person put it away: rules, old or new, have no say in it any more. */
export const discardedByPerson = ({ fate, evidence, reasons }: Outcome): boolean =>
  fate === 'ignored' && (evidence['discarded'] === true || DISCARDED.test(reasons[0] ?? ''))

/** An agent's commands were done, and there was nothing else in it. */
export const commandsWereDone = ({ fate, evidence }: Outcome): boolean =>
  fate === 'system' && evidence['decision'] === 'add_comment' && evidence['nothing_done'] !== true

/** `#close` or `#stop` of a customer's was done, and there was nothing else in it. */
export const wishWasDone = ({ fate, evidence, reasons }: Outcome): boolean =>
  fate === 'system' && (typeof evidence['wish'] === 'string' || WISHED.includes(reasons[0]))
