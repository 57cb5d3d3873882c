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
