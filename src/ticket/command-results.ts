/** What commands did, for the receipt. */

export const DONE = [
  'status',
  'assignee',
  'priority',
  'tags',
  'category',
  'inbox',
  'snoozed',
  'requester',
  'joined',
  'left',
  'merged',
  'followed',
  'muted',
  'undone',
  'discarded',
] as const

export interface Done {
  readonly what: (typeof DONE)[number]
  /** As people see it: a label, a name, an address; '' for none. */
  readonly value: string
}

/** What `#undo` reverts; mail that was sent and people who joined stay. */
const REVERTED: ReadonlySet<Done['what']> = new Set([
  'status',
  'assignee',
  'priority',
  'tags',
  'category',
  'inbox',
  'snoozed',
])

/** The token of a merged ticket leads to the other one, so there is nothing to answer to. */
export const canBeUndone = (done: readonly Done[]): boolean =>
  done.some(({ what }) => REVERTED.has(what)) && !done.some(({ what }) => what === 'merged')
