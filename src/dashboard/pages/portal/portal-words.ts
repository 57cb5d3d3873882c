/** Statuses in the words of a customer: whose turn it is. */
import type { Ticket } from '../../api/types.ts'

export function portalStatus({ status_category: category, counts }: Ticket): string {
  if (category === 'closed') return 'Closed'
  if (category === 'waiting') return 'Waiting for you'
  return counts.comments > 1 ? 'With us' : 'Received'
}
