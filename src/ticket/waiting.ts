/** Since when a customer has waited for us: from his first words that nobody has answered yet. */
import type { StatusCategory } from './lifecycle.ts'

/** Who said something in public with this change. */
export type Speaker = 'customer' | 'agent'

/**
 * @param before null for a new ticket.
 * @returns null: nobody waits, because the ticket is not ours to act on, or we spoke last.
 */
export function waitingAfter(
  before: { readonly waitingSince: Date | null; readonly statusCategory: StatusCategory } | null,
  { category, spoke }: { readonly category: StatusCategory; readonly spoke: Speaker | null },
  at: Date,
): Date | null {
  if (category !== 'open' || spoke === 'agent') return null
  if (spoke === 'customer') return before?.waitingSince ?? at
  // Put back by hand: whoever did it says that it is our turn.
  return before?.statusCategory === 'open' ? before.waitingSince : at
}
