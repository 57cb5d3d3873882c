/** Mail of agents that waits for a word of theirs: why, and what they can say. */

export const HELD_REASONS = [
  /** No token of the agent's: anybody can write his address into From. */
  'lost_token',
  /** Not authenticated by our own mail server, where the inbox asks for that. */
  'unaligned',
  /** Our notice to the agent is in what would be mailed. */
  'repeats_notice',
  /** What is new in it and what is quoted could not be told apart. */
  'unreadable',
  /** Something on its way marked it as bulk. */
  'automatic',
] as const
export type HeldReason = (typeof HELD_REASONS)[number]

export const HELD_CHOICES = ['send', 'note', 'discard'] as const
export type HeldChoice = (typeof HELD_CHOICES)[number]
